ATTACH TABLE _ UUID 'd94ac5a8-70a8-4216-a713-7b641266ed87'
(
    `k` UInt32,
    `s` String
)
ENGINE = MergeTree
ORDER BY k
SETTINGS index_granularity = 50, min_bytes_for_wide_part = 0
