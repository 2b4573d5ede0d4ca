ATTACH TABLE _ UUID '4ccca3c1-a5ea-4dbf-ac9b-a29b2b45f17e'
(
    `i` UInt32,
    `x` LowCardinality(Nullable(Int32)),
    INDEX a x TYPE set(2) GRANULARITY 1
)
ENGINE = MergeTree
ORDER BY i
SETTINGS index_granularity = 4, index_granularity_bytes = 0, min_bytes_for_wide_part = 0, allow_nullable_key = 1
