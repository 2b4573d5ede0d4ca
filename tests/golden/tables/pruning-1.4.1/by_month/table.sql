ATTACH TABLE _ UUID 'c208e45b-525a-4018-9bb2-7f175ed0c6fc'
(
    `i` UInt32,
    `x` Int64,
    `d` DateTime('UTC')
)
ENGINE = MergeTree
PARTITION BY (toYYYYMM(d) % 5, x % 1000)
ORDER BY i
SETTINGS index_granularity = 4, index_granularity_bytes = 0, min_bytes_for_wide_part = 0, allow_nullable_key = 1
