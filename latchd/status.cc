#include "latchd/status.h"

#include <string>

namespace ch::latchd {

grpc::Status status_of(const Error& error) {
    grpc::StatusCode code = grpc::StatusCode::INTERNAL;
    if (error.code() == ErrorCode::InvalidArgument) code = grpc::StatusCode::INVALID_ARGUMENT;
    if (error.code() == ErrorCode::NotFound) code = grpc::StatusCode::NOT_FOUND;
    if (error.code() == ErrorCode::Busy) code = grpc::StatusCode::RESOURCE_EXHAUSTED;
    if (error.code() == ErrorCode::Corrupt) code = grpc::StatusCode::DATA_LOSS;
    return {code, error.what(), std::to_string(static_cast<int32_t>(error.code()))};
}

grpc::Status unknown_session() {
    return {grpc::StatusCode::FAILED_PRECONDITION, "the session has ended", "session"};
}

grpc::Status full(const char* what) {
    return status_of(Error(ErrorCode::Busy, std::string("the daemon has as many ") + what +
                                                " as it takes; try again later"));
}

grpc::Status guarded(const std::function<grpc::Status()>& body) {
    try {
        return body();
    } catch (const Error& error) {
        return status_of(error);
    } catch (const std::exception& error) {
        return status_of(Error(ErrorCode::Bug, error.what()));
    }
}

}  // namespace ch::latchd
