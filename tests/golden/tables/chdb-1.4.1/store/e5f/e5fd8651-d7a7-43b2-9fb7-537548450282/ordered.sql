ATTACH TABLE _ UUID '1185fbe2-a568-45cd-a183-6d3393cd05a6'
(
    `a` Int32,
    `b` Int32,
    `n` Nullable(Int32),
    `s` String,
    `l` LowCardinality(String),
    `f` Float64,
    `e` Enum8('x' = -1, 'y' = 1),
    `d` Date,
    INDEX i_n n TYPE minmax GRANULARITY 2,
    INDEX i_s s TYPE bloom_filter(0.01) GRANULARITY 1,
    INDEX i_l l TYPE set(10) GRANULARITY 3
)
ENGINE = MergeTree
PARTITION BY toYYYYMM(d)
ORDER BY (a, b)
SETTINGS index_granularity = 100, min_bytes_for_wide_part = 0
