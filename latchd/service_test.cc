// Goal: what a client may send that no client of ours does is refused and changes nothing, and the
// daemon answers the next one. Method: a server in this process, called through the bare stub.
#include "latchd/service.h"

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <atomic>

#include "base/io/posix_fs.h"
#include "base/io/scratch_folder.h"
#include "latch/core/limits.h"
#include "latchd/http_port.h"
#include "latchd/status_page.h"

namespace ch::latchd {
namespace {

const std::string kName(32, 'a');
const std::string kId(16, 'i');

class BareClient : public testing::Test {
public:
    ~BareClient() override {
        static_cast<void>(arbiter_.stop());
        server_->Shutdown(std::chrono::system_clock::now());
        service_.stop();
    }

protected:
    BareClient()
        : root_(ServedRoot::open(std::make_shared<io::PosixFs>(), scratch_.path() + "/root",
                                 "grpc://here", false, [this] { return ++random_; })),
          arbiter_({0, 10'000, 0, 0, [this] { return ++random_; }}),
          service_(root_, arbiter_, metrics_) {
        const std::string socket = "unix:" + scratch_.path() + "/socket";
        grpc::ServerBuilder builder;
        builder.AddListeningPort(socket, grpc::InsecureServerCredentials());
        builder.RegisterService(&service_);
        builder.SetMaxReceiveMessageSize(static_cast<int>(latch::kMessageBytesMax));
        server_ = builder.BuildAndStart();
        stub_ =
            rpc::Latch::NewStub(grpc::CreateChannel(socket, grpc::InsecureChannelCredentials()));
    }
    template <typename Request, typename Reply>
    grpc::Status call(grpc::Status (rpc::Latch::Stub::*method)(grpc::ClientContext*, const Request&,
                                                               Reply*),
                      const Request& request, Reply& reply) {
        grpc::ClientContext context;
        context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(20));
        return (stub_.get()->*method)(&context, request, &reply);
    }
    template <typename Request, typename Reply>
    void expect_refused(grpc::Status (rpc::Latch::Stub::*method)(grpc::ClientContext*,
                                                                 const Request&, Reply*),
                        const Request& request, const std::string& words) {
        Reply reply;
        const grpc::Status status = call(method, request, reply);
        EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT) << words;
        EXPECT_EQ(status.error_details(), "4") << words;
        EXPECT_NE(status.error_message().find(words), std::string::npos) << status.error_message();
    }
    uint64_t open() {
        rpc::OpenRequest request;
        request.set_ttl_ms(10'000);
        rpc::OpenReply reply;
        EXPECT_TRUE(call(&rpc::Latch::Stub::Open, request, reply).ok());
        return reply.session();
    }
    rpc::AcquireRequest acquisition(uint64_t session) {
        rpc::AcquireRequest request;
        request.set_session(session);
        request.mutable_lease()->set_id(kId);
        request.mutable_lease()->set_mode(rpc::MODE_WRITER);
        request.mutable_lease()->add_resources(7);
        return request;
    }
    rpc::PublishRequest publication() {
        rpc::PublishRequest request;
        request.set_commit_id(kId);
        request.set_base_id(std::string(16, '\0'));
        request.set_body("body");
        return request;
    }

    io::ScratchFolder scratch_;
    std::atomic<uint64_t> random_{0};
    ServedRoot root_;
    Arbiter arbiter_;
    Metrics metrics_;
    Service service_;
    std::unique_ptr<grpc::Server> server_;
    std::unique_ptr<rpc::Latch::Stub> stub_;
};

TEST_F(BareClient, LeasesThatMakeNoSenseAreRefused) {
    const uint64_t session = open();
    rpc::AcquireRequest request = acquisition(session);
    request.mutable_lease()->set_id("short");
    expect_refused(&rpc::Latch::Stub::Acquire, request, "16 bytes");
    request = acquisition(session);
    request.mutable_lease()->clear_resources();
    expect_refused(&rpc::Latch::Stub::Acquire, request, "rising");
    for (uint64_t second : {7, 6}) {
        request = acquisition(session);
        request.mutable_lease()->add_resources(second);
        expect_refused(&rpc::Latch::Stub::Acquire, request, "rising");
    }
    for (int mode : {0, 4, -1}) {
        request = acquisition(session);
        request.mutable_lease()->set_mode(static_cast<rpc::Mode>(mode));
        expect_refused(&rpc::Latch::Stub::Acquire, request, "unknown mode");
    }
    request = acquisition(session);
    for (uint64_t n = 8; n < 8 + latch::kLeaseResourcesMax; ++n)
        request.mutable_lease()->add_resources(n);
    expect_refused(&rpc::Latch::Stub::Acquire, request, "at most");
    rpc::AcquireReply reply;
    EXPECT_TRUE(call(&rpc::Latch::Stub::Acquire, acquisition(session), reply).ok());
    EXPECT_TRUE(reply.is_granted());
}

TEST_F(BareClient, ForeignSessionsAndIdsReachNothing) {
    const uint64_t session = open();
    rpc::AcquireReply held;
    EXPECT_TRUE(call(&rpc::Latch::Stub::Acquire, acquisition(session), held).ok());
    for (uint64_t foreign : {uint64_t{0}, session + 1'000'000, UINT64_MAX}) {
        rpc::ReleaseRequest release;
        release.set_session(foreign);
        release.set_id(kId);
        rpc::ReleaseReply released;
        const grpc::Status status = call(&rpc::Latch::Stub::Release, release, released);
        EXPECT_EQ(status.error_details(), "session");
    }
    const uint64_t other = open();
    rpc::ReleaseRequest release;
    release.set_session(other);
    release.set_id(kId);
    rpc::ReleaseReply released;
    EXPECT_TRUE(call(&rpc::Latch::Stub::Release, release, released).ok());
    rpc::AcquireRequest same = acquisition(other);
    rpc::AcquireReply refused;
    EXPECT_TRUE(call(&rpc::Latch::Stub::Acquire, same, refused).ok());
    EXPECT_FALSE(refused.is_granted());
}

TEST_F(BareClient, PinsAndNotesThatMakeNoSenseAreRefused) {
    rpc::PinRequest request;
    request.set_session(open());
    for (const std::string& name :
         {std::string(), std::string("../../../etc/passwd"), std::string(31, 'a'),
          std::string(33, 'a'), std::string(31, 'a') + "G"}) {
        request.set_name(name);
        expect_refused(&rpc::Latch::Stub::Pin, request, "32 hex digits");
    }
    request.set_name(kName);
    request.set_note(std::string(latch::kNoteBytesMax + 1, 'n'));
    expect_refused(&rpc::Latch::Stub::Pin, request, "a note has");
    rpc::KeepRequest keep;
    keep.set_name("../up");
    expect_refused(&rpc::Latch::Stub::Keep, keep, "letters, digits");
    EXPECT_TRUE(arbiter_.pins().empty());
}

TEST_F(BareClient, PublicationsThatMakeNoSenseAreRefusedAndTheChainStays) {
    rpc::PublishRequest request = publication();
    request.set_commit_id("short");
    expect_refused(&rpc::Latch::Stub::Publish, request, "a commit id has 5 bytes");
    request = publication();
    request.set_base_version(UINT64_MAX);
    expect_refused(&rpc::Latch::Stub::Publish, request, "the newest is 0");
    request = publication();
    request.set_base_id(std::string(16, 'x'));
    expect_refused(&rpc::Latch::Stub::Publish, request, "commit id is not that of version 0");
    request = publication();
    for (int twice = 0; twice < 2; ++twice) request.add_raised()->set_resource(3);
    expect_refused(&rpc::Latch::Stub::Publish, request, "rising resource");
    request = publication();
    request.set_body(std::string(latch::kMessageBodyBytesMax + 1, 'b'));
    expect_refused(&rpc::Latch::Stub::Publish, request, "an edit of");
    EXPECT_EQ(root_.chain().head(), 0u);
    rpc::PublishReply reply;
    EXPECT_TRUE(call(&rpc::Latch::Stub::Publish, publication(), reply).ok());
    EXPECT_EQ(reply.published().version(), 1u);
}

TEST_F(BareClient, AMessageAboveTheLimitIsRefusedBeforeItIsRead) {
    rpc::PublishRequest request = publication();
    request.set_body(std::string(latch::kMessageBytesMax, 'b'));
    rpc::PublishReply reply;
    EXPECT_EQ(call(&rpc::Latch::Stub::Publish, request, reply).error_code(),
              grpc::StatusCode::RESOURCE_EXHAUSTED);
    EXPECT_NE(open(), 0u);
}

TEST_F(BareClient, AFloorAboveTheNewestVersionIsRefused) {
    rpc::RaiseFloorRequest floor;
    floor.set_version(1);
    expect_refused(&rpc::Latch::Stub::RaiseFloor, floor, "above the newest");
    rpc::ForgetRequest forget;
    forget.set_below(1);
    expect_refused(&rpc::Latch::Stub::Forget, forget, "the floor is 0");
    EXPECT_EQ(arbiter_.floor(), 0u);
}

TEST_F(BareClient, ACallThatIsGivenUpLeavesTheQueue) {
    const uint64_t holder = open(), waiter = open();
    rpc::AcquireReply reply;
    EXPECT_TRUE(call(&rpc::Latch::Stub::Acquire, acquisition(holder), reply).ok());
    rpc::AcquireRequest request = acquisition(waiter);
    request.mutable_lease()->set_id(std::string(16, 'w'));
    request.set_wait_ms(60'000);
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::milliseconds(100));
    EXPECT_FALSE(stub_->Acquire(&context, request, &reply).ok());
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
    while (arbiter_.standing().holders.size() > 1 && std::chrono::steady_clock::now() < end)
        std::this_thread::sleep_for(std::chrono::milliseconds(5));
    EXPECT_EQ(arbiter_.standing().holders.size(), 1u);
}

TEST_F(BareClient, ADaemonThatStopsGivesNothingAnyMoreAndSaysWhetherAnythingIsHeld) {
    const uint64_t session = open();
    EXPECT_TRUE(arbiter_.stop());
    rpc::PinRequest pin;
    pin.set_session(session);
    pin.set_name(kName);
    rpc::PinReply pinned;
    EXPECT_EQ(call(&rpc::Latch::Stub::Pin, pin, pinned).error_details(), "session");
    rpc::OpenReply reply;
    EXPECT_EQ(call(&rpc::Latch::Stub::Open, rpc::OpenRequest(), reply).error_code(),
              grpc::StatusCode::UNAVAILABLE);
    EXPECT_TRUE(arbiter_.pins().empty());
}

TEST_F(BareClient, ADaemonThatHoldsAPinIsNotIdle) {
    rpc::PinRequest pin;
    pin.set_session(open());
    pin.set_name(kName);
    rpc::PinReply pinned;
    EXPECT_TRUE(call(&rpc::Latch::Stub::Pin, pin, pinned).ok());
    EXPECT_FALSE(arbiter_.stop());
}

TEST_F(BareClient, WhatIsCountedAndShownIsEscaped) {
    const uint64_t session = open();
    rpc::PinRequest pin;
    pin.set_session(session);
    pin.set_name(kName);
    pin.set_note("<script>\xff\"\n");
    rpc::PinReply reply;
    // A string that is no UTF-8 is refused by protobuf, on one side or the other.
    EXPECT_FALSE(call(&rpc::Latch::Stub::Pin, pin, reply).ok());
    pin.set_note("<script>\"\n");
    EXPECT_TRUE(call(&rpc::Latch::Stub::Pin, pin, reply).ok());
    const Picture picture{"/r", root_.id(), "grpc://here", arbiter_.standing(), arbiter_.pins()};
    EXPECT_EQ(status_page(picture).find("<script>"), std::string::npos);
    EXPECT_NE(status_json(picture).find("<script>\\\"\\n"), std::string::npos);
    const std::string metrics = metrics_.text(picture.standing, 0);
    EXPECT_NE(metrics.find("chspark_latch_pins 1\n"), std::string::npos);
    EXPECT_NE(metrics.find("calls_total{method=\"Open\",code=\"0\"} 1\n"), std::string::npos);
}

TEST(HttpPort, AnAddressThatIsNoneIsRefused) {
    for (const char* listen : {"", "7801", ":7801", "localhost:7801", "127.0.0.1:", "127.0.0.1:x",
                               "127.0.0.1:70000", "300.0.0.1:1"})
        EXPECT_THROW(HttpPort(listen, [](const std::string&) { return HttpAnswer(); }), Error)
            << listen;
}

}  // namespace
}  // namespace ch::latchd
