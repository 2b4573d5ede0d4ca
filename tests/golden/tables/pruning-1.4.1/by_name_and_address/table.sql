ATTACH TABLE _ UUID '01bc925d-7c5a-494a-a4dd-91276072f093'
(
    `i` UInt32,
    `x` Enum8('z' = -1, 'a' = 5, 'm' = 9, 'unused' = 11),
    `a` IPv6,
    `v` IPv4
)
ENGINE = MergeTree
ORDER BY (x, a, v)
SETTINGS index_granularity = 4, index_granularity_bytes = 0, min_bytes_for_wide_part = 0, allow_nullable_key = 1
