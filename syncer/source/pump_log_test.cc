// Goal: what the pump's log acknowledged is there after a crash at any moment, in its order, and
// damage of it is an error. Method: a file system in memory, whose every crash state is read anew;
// bytes of a log turned over.
#include "syncer/source/pump_log.h"

#include <gtest/gtest.h>

#include <thread>

#include "base/error.h"
#include "base/io/mem_fs.h"

namespace ch::syncer {
namespace {

using Messages = std::vector<std::string>;

Messages read_all(const std::shared_ptr<io::FileSystem>& files) {
    Messages messages;
    const PumpLog log(files, "/log", [&](const LogPlace&, Bytes message) {
        messages.emplace_back(as_text(message));
    });
    return messages;
}

void append(PumpLog& log, const std::string& message) {
    const PumpLog::OnMessage ignore = [](const LogPlace&, Bytes) {};
    log.append(as_bytes(message), ignore);
}

std::unique_ptr<PumpLog> open_log(const std::shared_ptr<io::FileSystem>& files) {
    return std::make_unique<PumpLog>(files, "/log", [](const LogPlace&, Bytes) {});
}

TEST(PumpLogTest, KeepsMessagesInTheirOrderOverRestarts) {
    const auto files = std::make_shared<io::MemFs>();
    append(*open_log(files), "one");
    append(*open_log(files), "");
    append(*open_log(files), "three");
    EXPECT_EQ(read_all(files), (Messages{"one", "", "three"}));
    EXPECT_EQ(read_all(files), (Messages{"one", "", "three"}));
}

TEST(PumpLogTest, ReadsAMessageByItsPlace) {
    const auto files = std::make_shared<io::MemFs>();
    const auto log = open_log(files);
    std::vector<LogPlace> places;
    const PumpLog::OnMessage keep = [&](const LogPlace& place, Bytes) { places.push_back(place); };
    log->append(as_bytes("first"), keep);
    log->append(as_bytes("second"), keep);
    EXPECT_EQ(log->read(places[0]), "first");
    EXPECT_EQ(log->read(places[1]), "second");
    LogPlace wrong = places[1];
    ++wrong.offset;
    EXPECT_THROW(static_cast<void>(log->read(wrong)), Error);
}

TEST(PumpLogTest, HasWhatWasAcknowledgedAfterACrashAtAnyMoment) {
    const auto files = std::make_shared<io::MemFs>();
    std::vector<std::pair<size_t, std::shared_ptr<io::MemFs>>> crashes;
    size_t acknowledged = 0;
    files->observe([&](const std::string&, const std::string&) {
        const size_t effects = files->unsynced_effects();
        for (size_t kept = 0; kept <= effects; ++kept) {
            io::MemFs::Crash crash{std::vector<bool>(kept, true), kept % 2 == 0 ? 0u : 4u};
            crashes.emplace_back(acknowledged, files->crash(crash));
        }
    });
    Messages all;
    for (int life = 0; life < 3; ++life) {
        const auto log = open_log(files);
        for (int i = 0; i < 3; ++i) {
            all.push_back(std::string(static_cast<size_t>(i * 7), 'x') + std::to_string(life));
            append(*log, all.back());
            ++acknowledged;
        }
    }
    files->observe({});
    ASSERT_GT(crashes.size(), 50u);
    for (const auto& [count, crashed] : crashes) {
        Messages found = read_all(crashed);
        ASSERT_GE(found.size(), count);
        ASSERT_LE(found.size(), count + 1);
        found.resize(count);
        ASSERT_EQ(found, Messages(all.begin(), all.begin() + static_cast<ptrdiff_t>(count)));
        append(*open_log(crashed), "later");
        ASSERT_EQ(read_all(crashed).back(), "later");
    }
}

TEST(PumpLogTest, RefusesALogThatIsDamagedBehindItsLastSegment) {
    const auto files = std::make_shared<io::MemFs>();
    append(*open_log(files), "a message");
    static_cast<void>(open_log(files));
    const std::string path = "/log/00000000000000000001.binlog";
    const auto file = files->open(path);
    std::string bytes(file->size(), '\0');
    file->read_at(0, bytes.data(), bytes.size());
    for (size_t at = 32; at < bytes.size(); ++at) {
        std::string damaged = bytes;
        damaged[at] = static_cast<char>(damaged[at] ^ 1);
        files->remove_file(path);
        ASSERT_TRUE(files->put_file(path, as_bytes(damaged)));
        EXPECT_THROW(read_all(files), Error) << at;
    }
}

TEST(PumpLogTest, TakesMessagesOfSeveralThreads) {
    const auto files = std::make_shared<io::MemFs>();
    {
        const auto log = open_log(files);
        std::vector<std::thread> threads;
        for (int i = 0; i < 4; ++i)
            threads.emplace_back([&log, i] {
                for (int j = 0; j < 100; ++j) append(*log, std::to_string(i * 100 + j));
            });
        for (std::thread& thread : threads) thread.join();
    }
    const Messages found = read_all(files);
    ASSERT_EQ(found.size(), 400u);
    std::vector<int> last(4, -1);  // those of one thread stay in its order
    for (const std::string& message : found) {
        const int number = std::stoi(message);
        EXPECT_GT(number % 100, last[static_cast<size_t>(number / 100)]);
        last[static_cast<size_t>(number / 100)] = number % 100;
    }
}

TEST(PumpLogTest, RemovesSegmentsButTheLast) {
    const auto files = std::make_shared<io::MemFs>();
    append(*open_log(files), "old");
    const auto log = open_log(files);
    append(*log, "new");
    log->remove_before(100);
    EXPECT_EQ(read_all(files), Messages{"new"});
}

}  // namespace
}  // namespace ch::syncer
