#include <algorithm>
#include <map>

#include "engine/format/part_name.h"
#include "engine/store/merge.h"

namespace ch::storage {

namespace {

struct Candidate {
    format::PartName name;
    uint64_t bytes = 0;
};

/// What a part costs besides its bytes: files to open, an entry in every plan.
constexpr uint64_t kPartBytesMin = 64u << 10;
/// The largest input may be at most this share of all: else it would be written again and again.
constexpr uint64_t kLargestShare = 2;

/// Bytes written for each part that goes; less is better.
double cost_of(uint64_t bytes, size_t parts) {
    return static_cast<double>(bytes) / static_cast<double>(parts - 1);
}

}  // namespace

std::vector<std::string> choose_merge(const TableState& table, const MergeRule& rule) {
    std::map<std::string, std::vector<Candidate>> partitions;
    for (const auto& part : table.parts) {
        const format::PartName name = *format::PartName::parse(part->record.name);
        partitions[name.partition_id].push_back(
            {name, std::max(part->record.bytes, kPartBytesMin)});
    }
    std::vector<std::string> best;
    double best_cost = 0;
    for (auto& [id, parts] : partitions) {
        std::sort(parts.begin(), parts.end(), [](const Candidate& a, const Candidate& b) {
            return a.name.min_block < b.name.min_block;
        });
        for (size_t from = 0; from < parts.size(); ++from) {
            uint64_t bytes = 0;
            uint64_t largest = 0;
            for (size_t to = from; to < std::min(parts.size(), from + rule.parts_max); ++to) {
                bytes += parts[to].bytes;
                largest = std::max(largest, parts[to].bytes);
                const size_t count = to - from + 1;
                if (bytes > rule.bytes_max) break;
                const bool is_worth =
                    rule.is_final ? from == 0 && count >= 2
                                  : count >= rule.parts_min && bytes >= kLargestShare * largest;
                if (!is_worth) continue;
                const double cost =
                    rule.is_final ? 1.0 / static_cast<double>(count) : cost_of(bytes, count);
                if (!best.empty() && cost >= best_cost) continue;
                best_cost = cost;
                best.clear();
                for (size_t i = from; i <= to; ++i) best.push_back(parts[i].name.text());
            }
        }
    }
    return best;
}

}  // namespace ch::storage
