// latchd: the latch of one root for many processes and machines. docs/protocol.md says what it
// promises.
#include <grpcpp/ext/proto_server_reflection_plugin.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>
#include <signal.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <random>

#include "base/io/posix_fs.h"
#include "latch/core/limits.h"
#include "latchd/arbiter.h"
#include "latchd/http_port.h"
#include "latchd/log.h"
#include "latchd/metrics.h"
#include "latchd/served_root.h"
#include "latchd/service.h"
#include "latchd/status_page.h"

namespace {

constexpr int kFailed = 1;
constexpr uint64_t kTtlMsMaxDefault = 20'000;
/// How long calls may go on after SIGTERM.
constexpr auto kStopTime = std::chrono::seconds(2);
constexpr int kPingMsMin = 5'000;

struct Settings {
    std::string root;
    std::string listen = "127.0.0.1:7800";
    std::string advertise;
    std::string http;
    uint64_t ttl_ms_max = kTtlMsMaxDefault;
    bool takes_over = false;
    bool gives_back = false;
};

uint64_t system_random() {
    static thread_local std::random_device device;
    return uint64_t{device()} << 32 | device();
}

/// Without TLS nobody knows who asks: only this machine may.
bool is_local(const std::string& listen) {
    return listen.starts_with("127.") || listen.starts_with("localhost:") ||
           listen.starts_with("[::1]:") || listen.starts_with("unix:");
}

void wait_for_stop_signal() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    int signal = 0;
    sigwait(&signals, &signal);
    ch::latchd::log_event("info", "stopping", {{"signal", std::to_string(signal)}});
}

/// Before any thread is made, so that all of them leave the signals to wait_for_stop_signal().
void block_stop_signals() {
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    ::signal(SIGPIPE, SIG_IGN);
}

std::unique_ptr<grpc::Server> start_server(const Settings& settings, ch::latchd::Service& service) {
    grpc::EnableDefaultHealthCheckService(true);
    grpc::reflection::InitProtoReflectionServerBuilderPlugin();
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort(settings.listen, grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(&service);
    builder.SetMaxReceiveMessageSize(static_cast<int>(ch::latch::kMessageBytesMax));
    // Two daemons at one port would each hold half of the leases.
    builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
    builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, kPingMsMin);
    builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
    std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
    if (!server || (port == 0 && !settings.listen.starts_with("unix:")))
        throw ch::Error(ch::ErrorCode::Io, "cannot listen there", settings.listen);
    return server;
}

ch::latchd::HttpAnswer answer(const std::string& path, const ch::latchd::Picture& picture,
                              ch::latchd::Metrics& metrics) {
    uint64_t oldest_ms = 0;
    for (const auto& pin : picture.pins) oldest_ms = std::max(oldest_ms, pin.age_ms);
    if (path == "/metrics")
        return {200, "text/plain; version=0.0.4; charset=utf-8",
                metrics.text(picture.standing, oldest_ms)};
    if (path == "/status") return {200, "application/json", ch::latchd::status_json(picture)};
    if (path == "/") return {200, "text/html; charset=utf-8", ch::latchd::status_page(picture)};
    return {404, "text/plain; charset=utf-8", "there are /, /status and /metrics\n"};
}

void serve(const Settings& settings) {
    const std::string address =
        "grpc://" + (settings.advertise.empty() ? settings.listen : settings.advertise);
    if (!ch::latch::is_daemon_address(address))
        throw ch::Error(ch::ErrorCode::InvalidArgument, "not an address", address);
    auto root = ch::latchd::ServedRoot::open(std::make_shared<ch::io::PosixFs>(), settings.root,
                                             address, settings.takes_over, system_random);
    ch::latchd::ArbiterOptions options;
    options.ttl_ms_max = settings.ttl_ms_max;
    options.grace_ms = root.has_unknown_holders() ? settings.ttl_ms_max : 0;
    options.head = root.chain().head();
    options.floor = root.chain().floor();
    options.random = system_random;
    ch::latchd::Arbiter arbiter(options);
    ch::latchd::Metrics metrics;
    ch::latchd::Service service(root, arbiter, metrics);
    const std::unique_ptr<grpc::Server> server = start_server(settings, service);
    std::optional<ch::latchd::HttpPort> http;
    if (!settings.http.empty())
        http.emplace(settings.http, [&](const std::string& path) {
            return answer(path,
                          {settings.root, root.id(), address, arbiter.standing(), arbiter.pins()},
                          metrics);
        });
    ch::latchd::log_event("info", "serving",
                          {{"root", settings.root},
                           {"address", address},
                           {"version", std::to_string(options.head)},
                           {"floor", std::to_string(options.floor)},
                           {"grace_ms", std::to_string(options.grace_ms)}});
    wait_for_stop_signal();
    const bool is_idle = arbiter.stop();
    server->Shutdown(std::chrono::system_clock::now() + kStopTime);
    service.stop();
    if (is_idle) root.end_idle();
    ch::latchd::log_event("info", "stopped", {{"idle", is_idle ? "yes" : "no"}});
}

int run(int argc, char** argv) {
    CLI::App app("latchd: who may write to a root, what is current, what is still read");
    Settings settings;
    app.add_option("--root", settings.root, "The root: the folder of the databases")
        ->required()
        ->option_text("FOLDER");
    app.add_option("--listen", settings.listen,
                   "host:port or unix:/path (default 127.0.0.1:7800); other hosts than this one "
                   "need TLS")
        ->option_text("ADDRESS");
    app.add_option("--advertise", settings.advertise,
                   "Where clients find the daemon, written into the root (default: --listen)")
        ->option_text("ADDRESS");
    app.add_option("--http", settings.http,
                   "host:port for /metrics, /status and a page for people (default: none)")
        ->option_text("ADDRESS");
    app.add_option("--ttl-max", settings.ttl_ms_max,
                   "How long a holder may be silent, in milliseconds, and how long a restarted "
                   "daemon waits for holders (default 20000)")
        ->check(CLI::Range(ch::latch::kTtlMsMin, ch::latch::kTtlMsMax))
        ->option_text("MS");
    app.add_flag("--take-over", settings.takes_over,
                 "Make an embedded root this daemon's; stop all that use it before");
    app.add_flag("--give-back", settings.gives_back, "Make the root embedded again, and end");
    app.set_version_flag("--version", std::string("latchd ") + CH_VERSION);
    CLI11_PARSE(app, argc, argv);
    if (settings.gives_back) {
        ch::io::PosixFs files;
        ch::latchd::ServedRoot::give_back(files, settings.root);
        return 0;
    }
    if (!is_local(settings.listen) || (!settings.http.empty() && !is_local(settings.http)))
        throw ch::Error(ch::ErrorCode::Unsupported,
                        "without TLS the daemon listens on this machine only: 127.0.0.1, ::1 or "
                        "unix:/path",
                        settings.listen);
    block_stop_signals();
    serve(settings);
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    try {
        return run(argc, argv);
    } catch (const std::exception& error) {
        ch::latchd::log_event("error", "failed", {{"reason", error.what()}});
        return kFailed;
    }
}
