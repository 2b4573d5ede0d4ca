#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace ch::latchd {

/// Jobs that one thread does one after the other, in the order of their coming. Thread-safe.
class JobQueue {
public:
    explicit JobQueue(size_t jobs_max) : jobs_max_(jobs_max), thread_([this] { run(); }) {}
    ~JobQueue() { stop(); }
    JobQueue(const JobQueue&) = delete;
    JobQueue& operator=(const JobQueue&) = delete;

    /// False, and the job is not done, if the queue is full or stopped.
    [[nodiscard]] bool post(std::function<void()> job) {
        {
            std::lock_guard lock(mutex_);
            if (is_stopped_ || jobs_.size() >= jobs_max_) return false;
            jobs_.push_back(std::move(job));
        }
        changed_.notify_one();
        return true;
    }
    /// Returns when all jobs that were taken are done.
    void stop() {
        {
            std::lock_guard lock(mutex_);
            is_stopped_ = true;
        }
        changed_.notify_one();
        if (thread_.joinable()) thread_.join();
    }

private:
    void run() {
        std::unique_lock lock(mutex_);
        for (;;) {
            changed_.wait(lock, [this] { return is_stopped_ || !jobs_.empty(); });
            if (jobs_.empty()) return;
            std::function<void()> job = std::move(jobs_.front());
            jobs_.pop_front();
            lock.unlock();
            job();
            lock.lock();
        }
    }

    const size_t jobs_max_;
    std::mutex mutex_;  // guards the next two
    std::deque<std::function<void()>> jobs_;
    bool is_stopped_ = false;
    std::condition_variable changed_;
    std::thread thread_;
};

}  // namespace ch::latchd
