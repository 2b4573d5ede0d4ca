ATTACH TABLE _ UUID 'a0b94fb6-2ddf-4462-81b4-44f0ff0a8561'
(
    `i` String,
    `x` LowCardinality(String)
)
ENGINE = MergeTree
ORDER BY i
SETTINGS index_granularity = 4, index_granularity_bytes = 0, min_bytes_for_wide_part = 0, allow_nullable_key = 1
