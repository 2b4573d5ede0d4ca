#include "latch/owner.h"

#include <gtest/gtest.h>

namespace ch::latch {
namespace {

TEST(Owner, ItsTextIsReadBack) {
    const Owner daemon{"0123456789abcdef0123456789abcdef", "grpc://host:7800"};
    EXPECT_EQ(Owner::parse(daemon.text()), daemon);
    EXPECT_EQ(Owner::parse(Owner{}.text()), Owner{});
    EXPECT_EQ(Owner{}.text(), "embedded 1\n");
}

TEST(Owner, WhatIsNeitherIsNothing) {
    const std::string good = Owner{std::string(32, 'a'), "grpc://h:1"}.text();
    for (const std::string& bad :
         {std::string(), std::string("embedded"), std::string("embedded 2\n"), good + "\n",
          good.substr(0, good.size() - 1), "daemon 1 " + std::string(31, 'a') + " grpc://h:1\n",
          "daemon 1 " + std::string(32, 'A') + " grpc://h:1\n",
          "daemon 1 " + std::string(32, 'a') + " http://h:1\n",
          "daemon 1 " + std::string(32, 'a') + " grpc://h 1\n",
          "daemon 1 " + std::string(32, 'a') + " grpc://\n", std::string("etcd 1\n")})
        EXPECT_FALSE(Owner::parse(bad)) << bad;
}

}  // namespace
}  // namespace ch::latch
