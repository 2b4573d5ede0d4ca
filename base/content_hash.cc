#include "base/content_hash.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

namespace ch {

ContentHash content_hash(Bytes bytes) {
    // Big-endian by XXH3's own definition, the same on every machine, as manifests keep it.
    XXH128_canonical_t canonical;
    XXH128_canonicalFromHash(&canonical, XXH3_128bits(bytes.data(), bytes.size()));
    ContentHash hash;
    std::memcpy(hash.data(), canonical.digest, hash.size());
    return hash;
}

}  // namespace ch
