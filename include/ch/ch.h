/* ch.h: the C ABI of CH Lib (libch.so), the only installed header.
 *
 * All text is UTF-8. Every function that can fail returns CH_OK (0) or an error code and fills
 * *error (which may be NULL); an error leaves nothing behind and out-parameters untouched. No
 * function throws or aborts. Handles may be used from any thread, a ch_query by one at a time; only
 * ch_query_cancel and ch_query_metrics may be called beside another call on the same query.
 * Closing NULL is harmless.
 *
 * JSON that is handed in: a plan of at most 64 MiB, a split of 16 MiB, settings of 64 KiB, all
 * nested at most 512 deep, where a call counts as two.
 *
 * A plan is JSON, a tree of nodes, each with its input:
 *   {"node":"scan", "table":"<path>", "version":n, "columns":["a","b"]}
 *       path: a table folder; columns may add _part, _partition_id, _part_offset
 *       version: of the store whose table it is; without it, the newest. From 2^40 on it is a
 *       timestamp of TiDB, which means the newest version complete up to it
 *   {"node":"filter", "predicate":E, "input":N}
 *       right over the scan it may use any column of the table, listed there or not
 *   {"node":"project", "columns":[{"name":"x","expr":E}, ...], "input":N}
 *   {"node":"limit", "rows":n, "input":N}                           at most n rows a split
 *   {"node":"aggregate", "keys":[{"name":"k","expr":E}, ...],
 *    "aggregates":[{"name":"x","function":"SUM","expr":E}, ...], "input":N}
 *       only as the root. Results are partial, and each split has its own: a key may come in
 *       several rows, which add up to its result by SUM of counts and sums, MIN of minima and MAX
 *       of maxima. Without keys a split has one row at least, also if nothing is selected; then
 *       ch_plan gives one split
 *       functions: COUNT, of rows without "expr", of values that are not NULL with it; SUM of
 *       numbers, as Int64 of integers, Float64 of floats, a decimal's own type, which a partial sum
 *       never leaves (of integers neither: in an order in which it would, the two addends come as
 *       two rows); MIN and MAX of scalars. Keys and results have the types of expressions
 * An unknown field is an error. An expression E is one of
 *   {"column":"a"}
 *   {"literal":"123", "type":"Int64"}
 *       type: a ClickHouse type name; the value as text: integers, decimals ("1.50"), floats (also
 *       "nan", "inf"), Bool "true"/"false", String as is, Date32 "2024-01-31" (any year),
 *       DateTime64(6) as microseconds since 1970 UTC (other times in their own ticks), binary as
 *       hex with type "FixedString"; "literal":null is NULL
 *   {"call":"<name>", "args":[E, ...]}     and "type" for CAST and for + - * of decimals
 * Names of calls: = <=> <> < <= > >= AND OR NOT IN IS_NULL IS_NOT_NULL STARTS_WITH ENDS_WITH
 *   CONTAINS LIKE SUBSTRING LENGTH TRIM CONCAT YEAR QUARTER MONTH WEEK DAY DAY_OF_WEEK DAY_OF_YEAR
 *   YEAR_OF_WEEK CAST COALESCE CASE_WHEN + - *; AND and OR take any number of arguments. + - * take
 *   two decimals, and fail a query with CH_OVERFLOW where Spark's ANSI mode does, or two floats of
 *   one type; what may fail stands in no predicate, and only in + - * itself. An unknown call,
 *   or one over types that this version cannot compute exactly as Spark does, is CH_UNSUPPORTED:
 *   ask ch_plan before relying on it.
 * The plan's root may carry "options": {"types":"arrow"|"spark", "batch_rows":n, "split_bytes":n,
 *   "dictionary":true|false, "decimal128":true|false}.
 *   "arrow" (default): each ClickHouse type as the nearest Arrow type; "spark": as Spark sees it
 *   (unsigned widened, timestamps in microseconds, enums and UUIDs as text).
 *   "batch_rows": rows of a batch at most, 1 to 1048576, default 16384; a batch of wide rows may
 * have fewer. "split_bytes": compressed bytes of a split, about, default 64 MiB. LowCardinality
 * text and enums are dictionaries with int32 codes, unless "dictionary" is false. Decimals up to 9
 * and 18 digits are Arrow decimal32 and decimal64; "decimal128" widens them. A UUID is fixed binary
 * of 16 bytes marked arrow.uuid; Int128 and wider are their stored bytes, little-endian; Time is a
 * duration, since it may pass 24 hours; text may hold any bytes.
 */
#ifndef CH_CH_H
#define CH_CH_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define CH_EXPORT __attribute__((visibility("default")))

/* The Arrow C data and stream interfaces, as their specification gives them. */
#ifndef ARROW_C_DATA_INTERFACE
#define ARROW_C_DATA_INTERFACE

#define ARROW_FLAG_DICTIONARY_ORDERED 1
#define ARROW_FLAG_NULLABLE 2
#define ARROW_FLAG_MAP_KEYS_SORTED 4

struct ArrowSchema {
    const char* format;
    const char* name;
    const char* metadata;
    int64_t flags;
    int64_t n_children;
    struct ArrowSchema** children;
    struct ArrowSchema* dictionary;
    void (*release)(struct ArrowSchema*);
    void* private_data;
};

struct ArrowArray {
    int64_t length;
    int64_t null_count;
    int64_t offset;
    int64_t n_buffers;
    int64_t n_children;
    const void** buffers;
    struct ArrowArray** children;
    struct ArrowArray* dictionary;
    void (*release)(struct ArrowArray*);
    void* private_data;
};

#endif /* ARROW_C_DATA_INTERFACE */

#ifndef ARROW_C_STREAM_INTERFACE
#define ARROW_C_STREAM_INTERFACE

struct ArrowArrayStream {
    int (*get_schema)(struct ArrowArrayStream*, struct ArrowSchema* out);
    int (*get_next)(struct ArrowArrayStream*, struct ArrowArray* out);
    const char* (*get_last_error)(struct ArrowArrayStream*);
    void (*release)(struct ArrowArrayStream*);
    void* private_data;
};

#endif /* ARROW_C_STREAM_INTERFACE */

typedef struct ch_session ch_session;
typedef struct ch_query ch_query;

enum {
    CH_OK = 0,
    CH_CORRUPT = 1,          /* bytes on disk are not what they must be; the file is named */
    CH_IO = 2,               /* the system failed to read or write; worth another try */
    CH_NOT_FOUND = 3,        /* no such table, part or file */
    CH_INVALID_ARGUMENT = 4, /* the caller's plan, path or value is wrong */
    CH_UNSUPPORTED = 5,      /* right, but more than this version does */
    CH_MEMORY_LIMIT = 6,     /* the session's budget is used up */
    CH_CANCELLED = 7,        /* by ch_query_cancel */
    CH_BUG = 8,              /* a fault of this library */
    CH_SNAPSHOT_EXPIRED = 9, /* the version that was asked for has been collected */
    CH_CONFLICT = 10,        /* another commit changed what this one rests on */
    CH_FENCED = 11,          /* the writer has lost its latch; nothing was published */
    CH_BUSY = 12,            /* another process holds the latch */
    CH_OVERFLOW = 13         /* arithmetic on a row does not fit its type */
};

/* message is NUL-terminated and cut to fit; it names the file and the offset where there are any.
 */
typedef struct ch_error {
    int32_t code;
    char message[4092];
} ch_error;

/* "chspark <version>"; static. */
CH_EXPORT const char* ch_version(void);
/* Frees a string that this library returned. */
CH_EXPORT void ch_string_free(char* text);

/* A session holds a memory budget and caches. settings: JSON or NULL; {"memory_bytes":536870912}.
 * Queries and batches may outlive it; what they hold is freed with the last of them. */
CH_EXPORT int32_t ch_session_open(const char* settings, ch_session** session, ch_error* error);
CH_EXPORT void ch_session_close(ch_session* session);

/* What stands at `path`: {"databases":[...], "tables":[...]}, the names below it when it is taken
 * for a root and when it is taken for a database; one is missing where it cannot be that. */
CH_EXPORT int32_t ch_list(ch_session* session, const char* path, char** json, ch_error* error);

/* A table as its folder is now, as JSON: {"database","name","path","store":bool,"engine",
 * "columns":[{"name","type","arrow","spark","comment","default_kind","default","supported":bool,
 * "reason","spark_reason"}], "order_by":[...],"primary_key":[...],"partition_by":"...",
 * "rows","bytes","parts","granules","statistics":{"a":{"min","max","null_count"}},
 * "broken":[{"part","error"}]}.
 * "arrow" is the column's Arrow format, "spark" the type by which Spark sees it, written as a
 * ClickHouse type; where there is none, "reason" or "spark_reason" says why. Statistics stand only
 * where parts know them; min and max are texts of literals of the type in "spark". "store" says
 * whether the table is one of a store, which can be written; then "version" is the store's, and
 * "changed_version" the last one that changed the table in any way. */
CH_EXPORT int32_t ch_describe(ch_session* session, const char* table, char** json, ch_error* error);
/* The same of a store's table at a version, as a plan's scan has it. */
CH_EXPORT int32_t ch_describe_version(ch_session* session, const char* table, uint64_t version,
                                      char** json, ch_error* error);

/* A version of a store, of all its databases at once, which stays readable while the pin is open,
 * whatever is committed, merged or collected. request: {"root"}, the newest version; or also
 * "version":n, as a plan's scan has it; or "time_ms":n, milliseconds since 1970 UTC: the newest one
 * published up to then. `json` becomes {"version":n,"time_ms":n}, what was pinned and when it was
 * published. A version that is gone is CH_SNAPSHOT_EXPIRED, one that is not there yet CH_NOT_FOUND.
 * The pin may be closed after its session; a process that ends closes its pins. */
typedef struct ch_pin ch_pin;
CH_EXPORT int32_t ch_pin_open(ch_session* session, const char* request, ch_pin** pin, char** json,
                              ch_error* error);
CH_EXPORT void ch_pin_close(ch_pin* pin);

/* What manifests tell of a store's table. request: {"root","database","table","of":"snapshots"|
 * "parts","version":n}, without a version at the newest. `json` becomes {"version":n,"rows":[...]}:
 *   snapshots, the versions up to that one which changed the table and can be read, the oldest one
 *     that can be read first: {"version","time_ms","operation","note","parts_added",
 *     "parts_removed","parts","rows","bytes"}; "operation" is create, write, overwrite, rewrite,
 *     truncate, merge, alter, rename, several of them joined by "+", or "kept" (of the oldest)
 *   parts, active at that version: {"part","partition_id","level","rows","rows_hidden","bytes",
 *     "added_version","min_commit_ts","max_commit_ts","schema_id"}; "rows_hidden" stands only where
 *     the rows that newer ones replaced are known */
CH_EXPORT int32_t ch_history(ch_session* session, const char* request, char** json,
                             ch_error* error);

/* Splits of a plan, as JSON: {"splits":[{"id":{...opaque...},"rows":n,"bytes":n}], "parts",
 * "parts_selected","granules","granules_selected","rows","bytes","columns":[read, not filtered by],
 * "predicate":[conjuncts as text]}.
 * Of the options, "split_bytes" counts here. A split's "id" is what ch_execute takes; it is
 * self-contained, so that another process can run it. "granules" counts those of the parts that
 * their minima and maxima and partitions left over. */
CH_EXPORT int32_t ch_plan(ch_session* session, const char* plan, char** json, ch_error* error);

/* Starts a query over one split ("id" object as text), or over the whole table if split is NULL. */
CH_EXPORT int32_t ch_execute(ch_session* session, const char* plan, const char* split,
                             ch_query** query, ch_error* error);
/* The query's result; may be taken once. The stream keeps what it needs alive and may be released
 * after ch_query_close. Its batches too. Each batch has at least one row. */
CH_EXPORT int32_t ch_query_stream(ch_query* query, struct ArrowArrayStream* stream,
                                  ch_error* error);
/* Makes the query's next step fail with CH_CANCELLED. */
CH_EXPORT void ch_query_cancel(ch_query* query);

typedef struct ch_metrics {
    uint64_t rows_read; /* rows decoded in at least one column */
    uint64_t rows_returned;
    uint64_t bytes_read; /* from files */
    uint64_t bytes_decompressed;
    uint64_t granules_read;
    uint64_t granules_skipped;   /* by late materialisation, within the split */
    uint64_t native_nanoseconds; /* spent inside get_next */
    uint64_t memory_peak_bytes;  /* of the session, so far */
    uint64_t memory_bytes;       /* in use by this query now, its batches included */
} ch_metrics;
CH_EXPORT void ch_query_metrics(const ch_query* query, ch_metrics* metrics);
CH_EXPORT void ch_query_close(ch_query* query);

/* Changes the definitions of a store in one commit; `json` becomes {"version":n}, the newest
 * version then. A root that is a plain ClickHouse folder is CH_UNSUPPORTED, a table that another
 * writer holds CH_BUSY after "latch_wait_ms" (default 10000, may stand in each request about a
 * table). The request is a JSON object of at most 64 MiB with "root", "command" and its fields:
 *   create_database {"database"}                 makes the store where the root is missing or empty
 *   drop_database   {"database","cascade":bool}
 *   create_table    {"sql"}                       CREATE TABLE database.table (...) as ClickHouse
 *   drop_table, truncate {"database","table"}     has it; the database must exist
 *   rename_table    {"database","table","to_database","to"}
 *   alter           {"database","table","changes":[C, ...]}, each made to what the one before left:
 *       {"add":"a","type":"Int32","comment":"","after":"b"}, without "after" at the end
 *       {"drop":"a"}  {"rename":"a","to":"b"}  {"comment":"a","text":""}
 *       {"widen":"a","type":"Int64"}, only to a type that holds every value
 *   merge           {"database","table","final":bool}      parts into larger ones
 *   rollback        {"database","table","version":n}       a new version with the rows of then
 *   gc              {"keep_ms","keep_versions"}   removes what no reader can need any more: older
 *                   than so many milliseconds, or so many versions ago (86400000 and 1000) */
CH_EXPORT int32_t ch_command(ch_session* session, const char* request, char** json,
                             ch_error* error);

/* A write to one table by any number of processes: one begins the job and holds the table's latch,
 * each task writes parts, the job commits them all at once. Until the commit nothing is visible;
 * what is never committed is removed by gc. A ch_job and a ch_task are used by one thread at a
 * time. */
typedef struct ch_job ch_job;
typedef struct ch_task ch_task;

/* request: {"root","database","table","mode":"append"|"overwrite"|"overwrite_partitions",
 * "latch_wait_ms":n,"read_version":n}; the second mode takes all other rows away, the third those
 * of partitions that get rows. "read_version" is for rows that are made of the table's own, as an
 * UPDATE's: CH_CONFLICT if a commit that is no merge has changed the table since. Or
 * {"root","create":"CREATE TABLE database.table ...","replace":bool,"latch_wait_ms"}: the commit
 * creates the table and, with "replace", drops one of that name.
 * `task` becomes the text that tasks begin with, for any process that sees the root under the same
 * path and runs the same version of the library. */
CH_EXPORT int32_t ch_job_begin(ch_session* session, const char* request, ch_job** job, char** task,
                               ch_error* error);
/* request, of at most 1 GiB: {"messages":[texts of ch_task_finish], "rewritten":["part", ...]};
 * the latter are parts whose rows the job has read and written anew, CH_CONFLICT if another commit
 * took one away. Messages that are left out are as if their tasks had never run. `json` becomes
 * {"version":n}. After CH_IO it is not known whether the commit took place: the same call again
 * says so, or makes it. */
CH_EXPORT int32_t ch_job_commit(ch_job* job, const char* request, char** json, ch_error* error);
/* Gives the latch back; without a commit nothing has happened. */
CH_EXPORT void ch_job_close(ch_job* job);

/* settings: JSON or NULL; {"memory_bytes":n}, the task's share of the session's budget (default:
 * all of it), by which the size of its parts is chosen. */
CH_EXPORT int32_t ch_task_begin(ch_session* session, const char* task, const char* settings,
                                ch_task** out, ch_error* error);
/* Rows, in any order: a struct array with a field for each column, found by name; a column without
 * a field gets its default. A value is taken exactly or refused with CH_INVALID_ARGUMENT, which
 * names column, row and value. Schema and array stay the caller's. After an error the task can only
 * be closed. */
CH_EXPORT int32_t ch_task_append(ch_task* task, const struct ArrowSchema* schema,
                                 const struct ArrowArray* array, ch_error* error);
/* Bytes of native memory that the task holds, and those that writing what it holds will need, if
 * they are more. */
CH_EXPORT uint64_t ch_task_memory(const ch_task* task);
/* Makes all rows durable; `message` is for ch_job_commit. Called once. */
CH_EXPORT int32_t ch_task_finish(ch_task* task, char** message, ch_error* error);
CH_EXPORT void ch_task_close(ch_task* task);

#ifdef __cplusplus
}
#endif

#endif /* CH_CH_H */
