#include "connector/stream.h"

#include <cerrno>
#include <string>
#include <utility>

#include "connector/wall.h"

namespace ch::connector {

namespace {

/// Owned by the stream through private_data, freed by its release.
struct StreamState {
    std::shared_ptr<Query> query;
    std::string last_error;
};

StreamState& state_of(ArrowArrayStream* stream) {
    return *static_cast<StreamState*>(stream->private_data);
}

/// The C stream interface knows errno values alone; what they cannot tell is in the message.
int errno_of(ErrorCode code) {
    switch (code) {
        case ErrorCode::NotFound:
            return ENOENT;
        case ErrorCode::InvalidArgument:
            return EINVAL;
        case ErrorCode::Unsupported:
            return ENOSYS;
        case ErrorCode::MemoryLimit:
            return ENOMEM;
        case ErrorCode::Cancelled:
            return ECANCELED;
        case ErrorCode::SnapshotExpired:
            return ESTALE;
        case ErrorCode::Busy:
            return EBUSY;
        case ErrorCode::Overflow:
            return ERANGE;
        case ErrorCode::Conflict:
        case ErrorCode::Fenced:
        case ErrorCode::Corrupt:
        case ErrorCode::Io:
        case ErrorCode::Bug:
            return EIO;
    }
    return EIO;
}

template <typename Body>
int guarded(ArrowArrayStream* stream, Body&& body) noexcept {
    std::optional<Failure> failure = run_behind_wall(std::forward<Body>(body));
    if (!failure) return 0;
    // Valid until the next call on the stream, as the interface wants it.
    state_of(stream).last_error = std::move(failure->message);
    return errno_of(failure->code);
}

int get_schema(ArrowArrayStream* stream, ArrowSchema* schema) {
    return guarded(stream, [&] { state_of(stream).query->schema(schema); });
}

int get_next(ArrowArrayStream* stream, ArrowArray* array) {
    return guarded(stream, [&] {
        // An array without a release function says that the stream has ended.
        if (!state_of(stream).query->next(array)) *array = ArrowArray{};
    });
}

const char* get_last_error(ArrowArrayStream* stream) {
    const std::string& message = state_of(stream).last_error;
    return message.empty() ? nullptr : message.c_str();
}

void release_stream(ArrowArrayStream* stream) {
    std::unique_ptr<StreamState> state(&state_of(stream));
    stream->release = nullptr;
}

}  // namespace

void export_stream(std::shared_ptr<Query> query, ArrowArrayStream* stream) {
    auto state = std::make_unique<StreamState>();
    state->query = std::move(query);
    *stream =
        ArrowArrayStream{get_schema, get_next, get_last_error, release_stream, state.release()};
}

}  // namespace ch::connector
