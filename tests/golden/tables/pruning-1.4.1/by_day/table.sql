ATTACH TABLE _ UUID 'dfb259ad-3ad9-46ec-9e2a-413d27c2bb0c'
(
    `i` UInt32,
    `x` DateTime64(3, 'UTC')
)
ENGINE = MergeTree
ORDER BY (toDate(x), i)
SETTINGS index_granularity = 4, index_granularity_bytes = 0, min_bytes_for_wide_part = 0, allow_nullable_key = 1
