ATTACH TABLE _ UUID 'cd352404-960e-41f0-b12e-4bde43980bfb'
(
    `i` UInt32,
    `x` Float64,
    INDEX a x TYPE minmax GRANULARITY 3
)
ENGINE = MergeTree
ORDER BY i
SETTINGS index_granularity = 4, index_granularity_bytes = 0, min_bytes_for_wide_part = 0, allow_nullable_key = 1
