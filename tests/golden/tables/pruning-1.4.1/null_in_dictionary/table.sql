ATTACH TABLE _ UUID 'd2c777db-4551-4ec5-a869-55079e090361'
(
    `i` UInt32,
    `x` LowCardinality(Nullable(Int32)),
    INDEX a x TYPE minmax GRANULARITY 1
)
ENGINE = MergeTree
ORDER BY i
SETTINGS index_granularity = 4, index_granularity_bytes = 0, min_bytes_for_wide_part = 0, allow_nullable_key = 1
