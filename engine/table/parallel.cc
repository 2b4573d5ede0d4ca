#include "engine/table/parallel.h"

#include <algorithm>
#include <atomic>
#include <future>
#include <system_error>
#include <thread>
#include <vector>

#include "engine/table/limits.h"

namespace ch::table {

void for_each_index(size_t count, const std::function<void(size_t)>& work) {
    std::atomic<size_t> next{0};
    std::atomic<bool> failed{false};
    auto run = [&] {
        // Set until the work is through, so that an exception of any kind stops the others.
        struct Stop {
            std::atomic<bool>& failed;
            bool done = false;
            ~Stop() {
                if (!done) failed.store(true, std::memory_order_relaxed);
            }
        } stop{failed};
        for (size_t i = next++; i < count && !failed.load(std::memory_order_relaxed); i = next++)
            work(i);
        stop.done = true;
    };
    size_t threads = std::min<size_t>({count / kItemsPerThreadMin, kThreadsMax,
                                       std::max(1U, std::thread::hardware_concurrency())});
    std::vector<std::future<void>> others;
    for (size_t i = 1; i < threads; ++i) {
        try {
            others.push_back(std::async(std::launch::async, run));
        } catch (const std::system_error&) {
            break;  // No thread is to be had; those there are do the work.
        }
    }
    // A future that is not asked waits for its thread when it is destroyed.
    run();
    for (std::future<void>& other : others) other.get();
}

}  // namespace ch::table
