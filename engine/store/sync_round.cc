#include "engine/store/sync_round.h"

#include <algorithm>
#include <atomic>
#include <thread>

namespace ch::storage {

std::vector<std::optional<Error>> run_together(const std::vector<std::function<void()>>& jobs,
                                               size_t threads_max) {
    std::vector<std::optional<Error>> errors(jobs.size());
    std::atomic<size_t> next{0};
    auto work = [&] {
        for (size_t i = next++; i < jobs.size(); i = next++) {
            try {
                jobs[i]();
            } catch (const Error& error) {
                errors[i] = error;
            } catch (const std::exception& error) {
                errors[i] = Error(ErrorCode::Bug, error.what());
            }
        }
    };
    std::vector<std::jthread> threads;
    for (size_t i = 1; i < std::min(jobs.size(), threads_max); ++i) threads.emplace_back(work);
    work();
    threads.clear();
    return errors;
}

void rethrow_first(const std::vector<std::optional<Error>>& errors) {
    for (const std::optional<Error>& error : errors)
        if (error) throw Error(*error);
}

}  // namespace ch::storage
