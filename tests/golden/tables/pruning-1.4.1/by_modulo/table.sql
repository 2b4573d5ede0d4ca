ATTACH TABLE _ UUID '5b9e3919-c43e-457d-a3bc-9ff242c609d8'
(
    `i` UInt32,
    `x` Int32
)
ENGINE = MergeTree
PARTITION BY x % 3
ORDER BY i
SETTINGS index_granularity = 4, index_granularity_bytes = 0, min_bytes_for_wide_part = 0, allow_nullable_key = 1
