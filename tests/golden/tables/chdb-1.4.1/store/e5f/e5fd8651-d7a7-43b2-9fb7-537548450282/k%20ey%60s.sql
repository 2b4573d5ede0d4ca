ATTACH TABLE _ UUID '874f2182-3656-4eea-ba18-962f8e026bce'
(
    `ts` DateTime('UTC'),
    `v` Int32
)
ENGINE = MergeTree
ORDER BY (toDate(ts), -v)
SETTINGS index_granularity = 50, min_bytes_for_wide_part = 1073741824
