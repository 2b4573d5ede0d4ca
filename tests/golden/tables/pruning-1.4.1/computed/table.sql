ATTACH TABLE _ UUID 'cfc62146-bbf5-4297-8dce-9a4278cb537e'
(
    `i` UInt32,
    `x` Int32,
    `same` Int64 ALIAS x,
    `seven` UInt8 ALIAS 7,
    `sum` Int64 ALIAS x + 1,
    `twice` UInt64 MATERIALIZED i * 2,
    `gone` String EPHEMERAL,
    `state` AggregateFunction(sum, UInt64)
)
ENGINE = MergeTree
ORDER BY i
SETTINGS index_granularity = 4, index_granularity_bytes = 0, min_bytes_for_wide_part = 0, allow_nullable_key = 1
