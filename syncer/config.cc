#include "syncer/config.h"

#include <toml++/toml.h>
#include <initializer_list>
#include <optional>
#include <string_view>

#include "base/error.h"

namespace ch::syncer {

namespace {

/// One table of the file, whose keys must all be known.
class Section {
public:
    Section(const toml::table& file, const char* name, std::initializer_list<std::string_view> keys,
            const std::string& path)
        : name_(name), path_(path), table_(file[name].as_table()) {
        if (file.contains(name) && table_ == nullptr) refuse("", "it is a table, [" + name_ + "]");
        if (table_ == nullptr) return;
        for (const auto& [key, value] : *table_)
            if (std::find(keys.begin(), keys.end(), key.str()) == keys.end())
                refuse(key.str(), "there is no such key");
    }

    template <typename T>
    void read(const char* key, T& to, const char* expected) const {
        if (table_ == nullptr || !table_->contains(key)) return;
        const std::optional<T> value = (*table_)[key].value_exact<T>();
        if (!value) refuse(key, std::string("expected ") + expected);
        to = *value;
    }

    void read_count(const char* key, uint64_t& to, int64_t least) const {
        auto value = static_cast<int64_t>(to);
        read(key, value, "a whole number");
        if (value < least) refuse(key, "expected " + std::to_string(least) + " or more");
        to = static_cast<uint64_t>(value);
    }

    void require(const char* key, const std::string& value) const {
        if (value.empty()) refuse(key, "it is needed and not there");
    }

    [[nodiscard]] const toml::array* list(const char* key) const {
        return table_ == nullptr ? nullptr : (*table_)[key].as_array();
    }

    [[noreturn]] void refuse(std::string_view key, const std::string& why) const {
        throw Error(ErrorCode::InvalidArgument, name_ + "." + std::string(key) + ": " + why, path_);
    }

private:
    std::string name_;
    std::string path_;
    const toml::table* table_;
};

void read_apply(const Section& section, Config& config) {
    std::string zero_dates = "refuse";
    section.read("zero_dates", zero_dates, "a text");
    if (zero_dates != "refuse" && zero_dates != "null")
        section.refuse("zero_dates", "expected \"refuse\" or \"null\"");
    config.apply.zero_dates = zero_dates == "null" ? ZeroDates::Null : ZeroDates::Refuse;
    section.read_count("transactions_max", config.transactions_max, 1);
    section.read_count("bytes_max", config.bytes_max, 1);
    section.read("merges", config.merges, "true or false");
    section.read("log_versions", config.tells_versions, "true or false");
    config.apply.ignored_databases = {"mysql", "sys", "information_schema", "performance_schema",
                                      "metrics_schema"};
    if (const toml::array* names = section.list("ignored_databases"))
        for (const toml::node& name : *names) {
            const std::optional<std::string> text = name.value_exact<std::string>();
            if (!text) section.refuse("ignored_databases", "expected a list of names");
            config.apply.ignored_databases.insert(*text);
        }
}

}  // namespace

Config parse_config(const std::string& text, const std::string& path) {
    try {
        const toml::table file = toml::parse(text);
        for (const auto& [key, value] : file)
            if (key.str() != "store" && key.str() != "pump" && key.str() != "tidb" &&
                key.str() != "apply")
                throw Error(
                    ErrorCode::InvalidArgument,
                    std::string(key.str()) + ": there are the tables store, pump, tidb and apply",
                    path);
        Config config;
        const Section store(file, "store", {"root"}, path);
        store.read("root", config.root, "a text");
        store.require("root", config.root);
        const Section pump(file, "pump", {"listen", "cluster_id", "log"}, path);
        pump.read("listen", config.pump.listen, "a text");
        pump.read_count("cluster_id", config.pump.cluster_id, 0);
        pump.read("log", config.log_folder, "a text");
        pump.require("log", config.log_folder);
        const Section tidb(file, "tidb", {"status"}, path);
        tidb.read("status", config.tidb_status, "a text");
        tidb.require("status", config.tidb_status);
        read_apply(Section(file, "apply",
                           {"zero_dates", "transactions_max", "bytes_max", "merges", "log_versions",
                            "ignored_databases"},
                           path),
                   config);
        return config;
    } catch (const toml::parse_error& error) {
        throw Error(ErrorCode::InvalidArgument,
                    "line " + std::to_string(error.source().begin.line) + ": " +
                        std::string(error.description()),
                    path);
    }
}

}  // namespace ch::syncer
