// The native methods of io.chspark.ChNative, all static. A query's handle holds its schema; a
// batch's handle is the address of an ArrowArray that Java owns until releaseBatch. Failures become
// io.chspark.ChException(int code, String message).
#include <jni.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/error.h"
#include "base/io/posix_fs.h"
#include "ch/ch.h"
#include "connector/command.h"
#include "connector/describe.h"
#include "connector/history.h"
#include "connector/jni_text.h"
#include "connector/pin.h"
#include "connector/plan.h"
#include "connector/query.h"
#include "connector/session.h"
#include "connector/split_text.h"
#include "connector/table_job.h"
#include "connector/table_task.h"
#include "connector/wall.h"
#include "latch/daemon_store.h"
#include "latch/open_latch.h"

namespace {

namespace connector = ch::connector;
using ch::Error;
using ch::ErrorCode;

struct SessionHandle {
    std::shared_ptr<connector::Session> session;
};

struct QueryHandle {
    std::shared_ptr<connector::Query> query;
    ArrowSchema schema{};

    QueryHandle() = default;
    QueryHandle(const QueryHandle&) = delete;
    QueryHandle& operator=(const QueryHandle&) = delete;
    ~QueryHandle() {
        if (schema.release != nullptr) schema.release(&schema);
    }
};

/// A batch is freed by the one who holds its address, whether or not Arrow's own release was
/// called.
struct BatchHandle {
    ArrowArray array{};

    BatchHandle() = default;
    BatchHandle(const BatchHandle&) = delete;
    BatchHandle& operator=(const BatchHandle&) = delete;
    ~BatchHandle() {
        if (array.release != nullptr) array.release(&array);
    }
};

void throw_in_java(JNIEnv* env, const connector::Failure& failure) {
    // A JNI call that failed has left one already (OutOfMemoryError): no JNI call but a few is
    // allowed while it is pending, and it says more than ours.
    if (env->ExceptionCheck()) return;
    jclass type = env->FindClass("io/chspark/ChException");
    if (type == nullptr) return;
    jmethodID constructor = env->GetMethodID(type, "<init>", "(ILjava/lang/String;)V");
    if (constructor == nullptr) return;
    // Making the Java text allocates, so it can fail too: behind a second wall, with a text that
    // needs no memory of ours.
    std::optional<connector::Failure> unsaid = connector::run_behind_wall([&] {
        jstring message = connector::to_java(env, failure.message);
        if (message == nullptr) return;
        jobject exception =
            env->NewObject(type, constructor, static_cast<jint>(failure.code), message);
        if (exception != nullptr) env->Throw(static_cast<jthrowable>(exception));
    });
    if (unsaid && !env->ExceptionCheck()) env->ThrowNew(type, "no memory for the error's message");
}

/// Runs `body` and gives its result; with an exception pending in Java, `Result{}`.
template <typename Result, typename Body>
Result guarded(JNIEnv* env, Body&& body) noexcept {
    Result result{};
    std::optional<connector::Failure> failure =
        connector::run_behind_wall([&] { result = body(); });
    if (!failure) return result;
    throw_in_java(env, *failure);
    return Result{};
}

template <typename T>
T& from_handle(jlong handle) {
    // Java sets a handle to 0 when it closes it.
    if (handle == 0) throw Error(ErrorCode::InvalidArgument, "a handle was used after its close");
    return *reinterpret_cast<T*>(handle);
}

template <typename T>
void close_handle(jlong handle) {
    std::unique_ptr<T> closed(reinterpret_cast<T*>(handle));
}

template <typename T>
jlong to_handle(std::unique_ptr<T> owned) {
    return reinterpret_cast<jlong>(owned.release());
}

}  // namespace

extern "C" {

JNIEXPORT void JNICALL Java_io_chspark_ChNative_loadLatch(JNIEnv* env, jclass, jstring path) {
    guarded<int>(env, [&] {
        ch::latch::load_client_library(connector::to_utf8(env, path));
        return 0;
    });
}

JNIEXPORT void JNICALL Java_io_chspark_ChNative_checkLatch(JNIEnv* env, jclass, jstring root,
                                                           jstring latch) {
    guarded<int>(env, [&] {
        ch::latch::check_latch(ch::io::PosixFs(), connector::to_utf8(env, root),
                               connector::to_utf8(env, latch));
        return 0;
    });
}

JNIEXPORT jlong JNICALL Java_io_chspark_ChNative_openSession(JNIEnv* env, jclass,
                                                             jstring settings) {
    return guarded<jlong>(env, [&] {
        auto handle = std::make_unique<SessionHandle>();
        handle->session =
            connector::Session::open(connector::to_optional_utf8(env, settings).value_or(""));
        return to_handle(std::move(handle));
    });
}

JNIEXPORT void JNICALL Java_io_chspark_ChNative_closeSession(JNIEnv*, jclass, jlong session) {
    close_handle<SessionHandle>(session);
}

JNIEXPORT void JNICALL Java_io_chspark_ChNative_trim(JNIEnv* env, jclass, jlong session) {
    guarded<jint>(env, [&] {
        from_handle<SessionHandle>(session).session->pool()->trim();
        return 0;
    });
}

JNIEXPORT jstring JNICALL Java_io_chspark_ChNative_version(JNIEnv* env, jclass) {
    return guarded<jstring>(env, [&] { return connector::to_java(env, ch_version()); });
}

JNIEXPORT jstring JNICALL Java_io_chspark_ChNative_list(JNIEnv* env, jclass, jlong session,
                                                        jstring path) {
    return guarded<jstring>(env, [&] {
        connector::Session& opened = *from_handle<SessionHandle>(session).session;
        return connector::to_java(env, connector::list_json(opened, connector::to_utf8(env, path)));
    });
}

JNIEXPORT jstring JNICALL Java_io_chspark_ChNative_describe(JNIEnv* env, jclass, jlong session,
                                                            jstring table, jlong version) {
    return guarded<jstring>(env, [&] {
        connector::Session& opened = *from_handle<SessionHandle>(session).session;
        std::optional<uint64_t> at;
        if (version >= 0) at = static_cast<uint64_t>(version);
        return connector::to_java(
            env, connector::describe_json(opened, connector::to_utf8(env, table), at));
    });
}

JNIEXPORT jlong JNICALL Java_io_chspark_ChNative_openPin(JNIEnv* env, jclass, jlong session,
                                                         jstring request) {
    return guarded<jlong>(env, [&] {
        return to_handle(connector::VersionPin::open(*from_handle<SessionHandle>(session).session,
                                                     connector::to_utf8(env, request)));
    });
}

JNIEXPORT jstring JNICALL Java_io_chspark_ChNative_textOfPin(JNIEnv* env, jclass, jlong pin) {
    return guarded<jstring>(env, [&] {
        return connector::to_java(env, from_handle<connector::VersionPin>(pin).text());
    });
}

JNIEXPORT void JNICALL Java_io_chspark_ChNative_closePin(JNIEnv*, jclass, jlong pin) {
    close_handle<connector::VersionPin>(pin);
}

JNIEXPORT jstring JNICALL Java_io_chspark_ChNative_history(JNIEnv* env, jclass, jlong session,
                                                           jstring request) {
    return guarded<jstring>(env, [&] {
        connector::Session& opened = *from_handle<SessionHandle>(session).session;
        return connector::to_java(
            env, connector::history_json(opened, connector::to_utf8(env, request)));
    });
}

JNIEXPORT jstring JNICALL Java_io_chspark_ChNative_plan(JNIEnv* env, jclass, jlong session,
                                                        jstring plan) {
    return guarded<jstring>(env, [&] {
        connector::Session& opened = *from_handle<SessionHandle>(session).session;
        return connector::to_java(
            env,
            connector::plan_json(opened, connector::parse_plan(connector::to_utf8(env, plan))));
    });
}

JNIEXPORT jlong JNICALL Java_io_chspark_ChNative_execute(JNIEnv* env, jclass, jlong session,
                                                         jstring plan, jstring split) {
    return guarded<jlong>(env, [&] {
        std::optional<ch::table::Split> piece;
        if (split != nullptr) piece = connector::parse_split(connector::to_utf8(env, split));
        auto handle = std::make_unique<QueryHandle>();
        handle->query = connector::Query::start(
            from_handle<SessionHandle>(session).session,
            connector::parse_plan(connector::to_utf8(env, plan)), std::move(piece));
        // Made once and owned by the handle: Java reads it in place, by address, until closeQuery.
        handle->query->schema(&handle->schema);
        return to_handle(std::move(handle));
    });
}

JNIEXPORT jlong JNICALL Java_io_chspark_ChNative_schema(JNIEnv* env, jclass, jlong query) {
    return guarded<jlong>(
        env, [&] { return reinterpret_cast<jlong>(&from_handle<QueryHandle>(query).schema); });
}

JNIEXPORT jlong JNICALL Java_io_chspark_ChNative_next(JNIEnv* env, jclass, jlong query) {
    return guarded<jlong>(env, [&]() -> jlong {
        auto batch = std::make_unique<BatchHandle>();
        // The batch outlives the query if Java closes that first: it owns its buffers.
        if (!from_handle<QueryHandle>(query).query->next(&batch->array)) return 0;
        static_assert(offsetof(BatchHandle, array) == 0, "the handle is the ArrowArray's address");
        return to_handle(std::move(batch));
    });
}

JNIEXPORT void JNICALL Java_io_chspark_ChNative_releaseBatch(JNIEnv*, jclass, jlong batch) {
    close_handle<BatchHandle>(batch);
}

JNIEXPORT void JNICALL Java_io_chspark_ChNative_cancel(JNIEnv* env, jclass, jlong query) {
    guarded<jint>(env, [&] {
        from_handle<QueryHandle>(query).query->cancel();
        return 0;
    });
}

JNIEXPORT void JNICALL Java_io_chspark_ChNative_metrics(JNIEnv* env, jclass, jlong query,
                                                        jlongArray out) {
    guarded<jint>(env, [&] {
        ch_metrics metrics = from_handle<QueryHandle>(query).query->metrics();
        static_assert(sizeof(metrics) % sizeof(jlong) == 0, "the fields, in order");
        constexpr jsize kFields = sizeof(metrics) / sizeof(jlong);
        if (out == nullptr || env->GetArrayLength(out) < kFields)
            throw Error(ErrorCode::InvalidArgument,
                        "metrics: the array must hold " + std::to_string(kFields) + " values");
        // One call for all: an executor asks after each batch.
        env->SetLongArrayRegion(out, 0, kFields, reinterpret_cast<const jlong*>(&metrics));
        return 0;
    });
}

JNIEXPORT void JNICALL Java_io_chspark_ChNative_closeQuery(JNIEnv*, jclass, jlong query) {
    close_handle<QueryHandle>(query);
}

JNIEXPORT jstring JNICALL Java_io_chspark_ChNative_command(JNIEnv* env, jclass, jlong session,
                                                           jstring request) {
    return guarded<jstring>(env, [&] {
        connector::Session& opened = *from_handle<SessionHandle>(session).session;
        return connector::to_java(
            env, connector::command_json(opened, connector::to_utf8(env, request)));
    });
}

JNIEXPORT jlong JNICALL Java_io_chspark_ChNative_beginJob(JNIEnv* env, jclass, jlong session,
                                                          jstring request) {
    return guarded<jlong>(env, [&] {
        return to_handle(connector::TableJob::begin(from_handle<SessionHandle>(session).session,
                                                    connector::to_utf8(env, request)));
    });
}

JNIEXPORT jstring JNICALL Java_io_chspark_ChNative_taskOfJob(JNIEnv* env, jclass, jlong job) {
    return guarded<jstring>(env, [&] {
        return connector::to_java(env, from_handle<connector::TableJob>(job).task_text());
    });
}

JNIEXPORT jstring JNICALL Java_io_chspark_ChNative_commitJob(JNIEnv* env, jclass, jlong job,
                                                             jstring request) {
    return guarded<jstring>(env, [&] {
        return connector::to_java(
            env, from_handle<connector::TableJob>(job).commit(connector::to_utf8(env, request)));
    });
}

JNIEXPORT void JNICALL Java_io_chspark_ChNative_closeJob(JNIEnv*, jclass, jlong job) {
    close_handle<connector::TableJob>(job);
}

JNIEXPORT jlong JNICALL Java_io_chspark_ChNative_beginTask(JNIEnv* env, jclass, jlong session,
                                                           jstring task, jstring settings) {
    return guarded<jlong>(env, [&] {
        return to_handle(connector::TableTask::begin(
            from_handle<SessionHandle>(session).session, connector::to_utf8(env, task),
            connector::to_optional_utf8(env, settings).value_or("")));
    });
}

JNIEXPORT jlong JNICALL Java_io_chspark_ChNative_appendTask(JNIEnv* env, jclass, jlong task,
                                                            jlong schema, jlong array) {
    return guarded<jlong>(env, [&] {
        auto& taking = from_handle<connector::TableTask>(task);
        taking.append(from_handle<const ArrowSchema>(schema), from_handle<const ArrowArray>(array));
        // Told with each batch: an executor asks Spark for it then.
        return static_cast<jlong>(taking.memory_bytes());
    });
}

JNIEXPORT jstring JNICALL Java_io_chspark_ChNative_finishTask(JNIEnv* env, jclass, jlong task) {
    return guarded<jstring>(env, [&] {
        return connector::to_java(env, from_handle<connector::TableTask>(task).finish());
    });
}

JNIEXPORT void JNICALL Java_io_chspark_ChNative_closeTask(JNIEnv*, jclass, jlong task) {
    close_handle<connector::TableTask>(task);
}

}  // extern "C"
