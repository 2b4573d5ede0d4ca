ATTACH TABLE _ UUID 'a2955314-6beb-4c00-8267-88b6eda0548b'
(
    `i` UInt32,
    `x` UInt16,
    `d` Date
)
ENGINE = MergeTree
PARTITION BY (intDiv(x, 10), toYYYYMM(d) % 5, toMonday(d) != d)
ORDER BY i
SETTINGS index_granularity = 4, index_granularity_bytes = 0, min_bytes_for_wide_part = 0, allow_nullable_key = 1
