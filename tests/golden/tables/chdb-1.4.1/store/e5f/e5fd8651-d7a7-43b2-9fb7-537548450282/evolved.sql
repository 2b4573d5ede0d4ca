ATTACH TABLE _ UUID '81ffeed0-99e9-4f7e-8114-ca03f762d97b'
(
    `k` UInt32,
    `i` Int64,
    `t` LowCardinality(String),
    `lc` String,
    `e` Enum8('a' = 1, 'b' = 2),
    `dec` Decimal(18, 4),
    `dt` DateTime64(3, 'UTC'),
    `n.x` Array(UInt8),
    `n.y` Array(String),
    `c1` UInt8 DEFAULT 7,
    `c2` String DEFAULT 'it\'s',
    `c3` Nullable(Int64) DEFAULT NULL,
    `c4` Array(Int8) DEFAULT [1, -2],
    `c5` Enum8('q' = -6, 'p' = 5),
    `c6` Decimal(10, 2) DEFAULT 1.15,
    `c7` Date DEFAULT '2020-01-31',
    `c8` LowCardinality(Nullable(String)) DEFAULT 'w',
    `c9` Map(String, UInt8) DEFAULT map('m', 1),
    `c10` Int64 DEFAULT k + 1,
    `c11` Bool DEFAULT true,
    `c12` Tuple(Int8, String) DEFAULT (3, 'z'),
    `c13` DateTime64(3, 'UTC') DEFAULT '2020-01-01 00:00:01.5',
    `c14` UInt16 DEFAULT CAST('300', 'UInt16'),
    `c15` Float32 DEFAULT -0.5,
    `c16` Int64 ALIAS k + 2
)
ENGINE = MergeTree
ORDER BY k
SETTINGS index_granularity = 64, min_bytes_for_wide_part = 1073741824
