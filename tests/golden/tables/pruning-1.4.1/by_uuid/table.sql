ATTACH TABLE _ UUID '6db45479-676f-444d-bb06-93c64e82739a'
(
    `i` UInt32,
    `x` UUID
)
ENGINE = MergeTree
ORDER BY x
SETTINGS index_granularity = 4, index_granularity_bytes = 0, min_bytes_for_wide_part = 0, allow_nullable_key = 1
