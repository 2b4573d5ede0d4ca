ATTACH TABLE _ UUID '436aa1f8-00fe-4279-83ac-7776d6d568c1'
(
    `i` UInt32,
    `x` DateTime64(9, 'UTC')
)
ENGINE = MergeTree
ORDER BY x
SETTINGS index_granularity = 4, index_granularity_bytes = 0, min_bytes_for_wide_part = 0, allow_nullable_key = 1
