#include "tests/reliability/rows_model.h"

#include <algorithm>
#include <sstream>

namespace ch::reliability {

RowsModel::RowsModel(bool replaces, const std::string& text) : replaces_(replaces) {
    std::istringstream words(text);
    for (std::string word; words >> word;) {
        const size_t equals = word.find('=');
        rows_.emplace(std::stoull(word.substr(0, equals)), std::stoi(word.substr(equals + 1)));
    }
}

void RowsModel::insert(const std::vector<storage::TestRow>& rows) {
    for (const storage::TestRow& row : rows) {
        if (replaces_) rows_.erase(row.key);
        if (!row.is_deleted) rows_.emplace(row.key, row.value);
    }
}

std::string RowsModel::text() const {
    return text_of({rows_.begin(), rows_.end()});
}

std::string text_of(std::vector<std::pair<uint64_t, int32_t>> rows) {
    std::sort(rows.begin(), rows.end());
    std::string text;
    for (const auto& [key, value] : rows)
        text += (text.empty() ? "" : " ") + std::to_string(key) + "=" + std::to_string(value);
    return text;
}

}  // namespace ch::reliability
