// Any bytes as a TZif file: refused with an Error, or a zone whose two directions agree where no
// change is near.
#include <cstddef>
#include <cstdint>

#include "base/bytes.h"
#include "base/error.h"
#include "engine/exec/time_zone.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    constexpr int64_t kDay = 86'400;
    try {
        ch::exec::TimeZone zone = ch::exec::TimeZone::parse({data, size});
        for (int64_t instant : {int64_t{-62'135'596'800}, int64_t{0}, int64_t{1'700'000'000},
                                int64_t{253'402'300'799}}) {
            int64_t offset = zone.offset_at(instant);
            bool is_near_change =
                zone.first_change(instant - 4 * kDay, instant + 4 * kDay) < instant + 4 * kDay;
            if (!is_near_change) CH_ASSERT(zone.instant_of(instant + offset) == instant);
        }
    } catch (const ch::Error& error) {
        if (error.code() == ch::ErrorCode::Bug) throw;
    }
    return 0;
}
