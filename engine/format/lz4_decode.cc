#include "engine/format/lz4_decode.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "engine/format/compressed_frame.h"

// An LZ4 block is a list of sequences:
//   u8 token: high 4 bits = literals, low 4 bits = bytes of the match - 4; 15 is continued
//   [u8 more literals, as long as it is 255] | literals |
//   u16 offset back from here, at least 1 | [u8 more bytes of the match, as long as it is 255]
// The last one ends behind its literals. An encoder starts no match in the last 12 bytes and lets
// none reach into the last 5; blocks that do are refused, as liblz4 refuses them.
//
// Columns give short sequences (8 bytes on average), so that instructions a sequence are what
// counts. Three things keep them few: margins at both ends of the block make most checks needless,
// copies have a fixed size and write too much rather than ask, and a block is decoded in pieces,
// each by the loop that suits it. Where nearly all sequences lack literals, a guess that there are
// none does not wait for the token; where they are mixed, such a guess fails too often.

namespace ch::format {

namespace {

constexpr size_t kMatchBytesMin = 4;
constexpr size_t kMatchStartBytes = 12;  // no match starts nearer to the end
constexpr size_t kMatchEndBytes = 5;     // no match ends nearer to the end
constexpr size_t kContinued = 15;        // a length in the token that goes on behind it

constexpr size_t kStepsAtOnce = 2;        // sequences between two looks at the margins
constexpr size_t kSourceMargin = 96;      // more than kStepsAtOnce sequences read
constexpr size_t kTargetMargin = 128;     // more than kStepsAtOnce sequences write
constexpr size_t kShortMatchCode = 13;    // codes below are matches of up to 16 bytes
constexpr size_t kMediumMatchBytes = 48;  // up to here three copies of 16 bytes do

constexpr size_t kPieceBytesMin = 1024;  // of the source
constexpr size_t kPieceBytesMax = 32768;

inline void copy8(uint8_t* to, const uint8_t* from) {
    std::memcpy(to, from, 8);
}
inline void copy16(uint8_t* to, const uint8_t* from) {
    std::memcpy(to, from, 16);
}

// For offsets up to 8: what makes 8 bytes of the pattern from its first bytes, and how far the
// pattern may be moved to meet itself.
// A match nearer than 8 bytes repeats itself: offset 3 with bytes abc gives abcabcab, then from 6
// bytes further (step) abcabcab again:
//   mask    the lowest `offset` bytes of a word         offset 3: 0x0000000000ffffff
//   factor  1 in each place where the pattern begins    offset 3: 1 + 2^24 + 2^48
//   step    the largest multiple of offset up to 8      offset 3: 6
struct Pattern {
    uint64_t mask = 0;
    uint64_t factor = 0;
    size_t step = 0;
};
constexpr std::array<Pattern, 9> make_patterns() {
    std::array<Pattern, 9> patterns{};
    for (size_t offset = 1; offset <= 8; ++offset) {
        Pattern& pattern = patterns[offset];
        pattern.mask = ~uint64_t{0} >> (64 - 8 * offset);
        for (size_t shift = 0; shift < 64; shift += 8 * offset)
            pattern.factor |= uint64_t{1} << shift;
        pattern.step = 8 / offset * offset;
    }
    return patterns;
}
constexpr std::array<Pattern, 9> kPatterns = make_patterns();

inline uint64_t pattern_word(const Pattern& pattern, const uint8_t* match) {
    return (load<uint64_t>(match) & pattern.mask) * pattern.factor;
}

// Copies a match of any length; writes up to 15 bytes more.
inline void copy_match(uint8_t* to, size_t offset, size_t bytes) {
    const uint8_t* match = to - offset;
    uint8_t* end = to + bytes;
    if (offset >= 16) {
        for (; to < end; to += 16, match += 16) copy16(to, match);
    } else if (offset > 8) {
        for (; to < end; to += 8, match += 8) copy8(to, match);
    } else {
        const Pattern& pattern = kPatterns[offset];
        // The word is made once: `step` keeps its phase, though each store overwrites the last
        // bytes of the one before.
        for (uint64_t word = pattern_word(pattern, match); to < end; to += pattern.step)
            store(to, word);
    }
}

// Copies literals; reads and writes up to 31 bytes more. Calling memcpy for long ones is faster in
// cache, but slower where the source comes from memory.
inline void copy_literals(uint8_t* to, const uint8_t* from, size_t bytes) {
    for (uint8_t* end = to + bytes; to < end; to += 32, from += 32) {
        copy16(to, from);
        copy16(to + 16, from + 16);
    }
}

inline bool read_more(const uint8_t*& from, const uint8_t* end, size_t& length) {
    uint8_t more = 255;
    while (more == 255) {
        if (from >= end) return false;
        // No overflow: a block has at most 2^30 bytes (limits.h), each adding 255, and lengths are
        // 64-bit.
        more = *from++;
        length += more;
    }
    return true;
}

enum class Outcome : uint8_t {
    Going,    // to be continued
    Careful,  // what is next may lie too near to an end
    Corrupt,
};

class BlockDecoder {
public:
    BlockDecoder(Bytes block, std::span<uint8_t> to)
        : from_(block.data()),
          from_end_(block.data() + block.size()),
          to_(to.data()),
          to_begin_(to.data()),
          to_end_(to.data() + to.size()) {
        // Where a block is smaller than the margins, all of it is careful.
        from_stop_ = block.size() > kSourceMargin ? from_end_ - kSourceMargin : from_;
        to_stop_ = to.size() > kTargetMargin ? to_end_ - kTargetMargin : to_;
    }

    bool decode() {
        bool mostly_bare = false;
        size_t piece_bytes = kPieceBytesMin;
        Outcome outcome = Outcome::Going;
        while (outcome == Outcome::Going && from_ < from_stop_ && to_ < to_stop_) {
            const uint8_t* piece = from_;
            auto left = static_cast<size_t>(from_stop_ - from_);
            const uint8_t* stop = from_ + std::min(left, piece_bytes);
            if (mostly_bare) {
                size_t literal_runs = 0;
                outcome = decode_piece<true>(stop, literal_runs);
                // A bare sequence is 3 bytes: with fewer than one run of literals in 24 bytes, the
                // guess of none is right seven times in eight.
                mostly_bare = literal_runs * 24 < static_cast<size_t>(from_ - piece);
            } else {
                size_t unused = 0;
                outcome = decode_piece<false>(stop, unused);
                mostly_bare = next_are_bare();
                // Looking ahead costs time, so it is done less and less often while its answer
                // stays no.
                piece_bytes =
                    mostly_bare ? kPieceBytesMin : std::min(kPieceBytesMax, piece_bytes * 2);
            }
        }
        return outcome != Outcome::Corrupt && decode_carefully();
    }

private:
    // Whether at least 29 of the next 32 sequences have no literals.
    bool next_are_bare() const {
        int with_literals = 0;
        const uint8_t* from = from_;
        for (int i = 0; i < 32 && from < from_stop_; ++i) {
            size_t literals = *from >> 4;
            // Match lengths that go on behind the token are not walked: such a block is soon out of
            // step, and a wrong answer costs speed alone.
            if (literals > 0 && (literals == kContinued || ++with_literals > 3)) return false;
            from += 1 + literals + 2;
        }
        return true;
    }

    // Decodes until the source reaches `stop` or the target its margin. kMostlyBare guesses that a
    // sequence has no literals and a short match; literal_runs counts sequences with literals.
    template <bool kMostlyBare>
    [[gnu::noinline]] Outcome decode_piece(const uint8_t* stop, size_t& literal_runs) {
        const uint8_t* from = from_;
        uint8_t* to = to_;
        const uint8_t* begin = to_begin_;
        const uint8_t* to_stop = to_stop_;
        size_t with_literals = 0;
        Outcome outcome = Outcome::Going;
        while (from < stop && to < to_stop) {
            Step step = Step::Short;
            for (size_t i = 0; i < kStepsAtOnce && step == Step::Short; ++i)
                step = decode_sequence<kMostlyBare>(from, to, with_literals, begin);
            if (step <= Step::Medium) [[likely]]
                continue;
            if (step == Step::Corrupt) return Outcome::Corrupt;
            from_ = from;
            to_ = to;
            outcome = decode_long_sequence();
            from = from_;
            to = to_;
            if (outcome != Outcome::Going) break;
        }
        from_ = from;
        to_ = to;
        literal_runs = with_literals;
        return outcome;
    }

    enum class Step : uint8_t {
        Short,   // done
        Medium,  // done, wrote more than a step has room for
        Long,    // nothing done
        Corrupt,
    };

    // The places of both are changed together and only ever by a sum of two, since the address of
    // the next token is what the loop waits for.
    template <bool kMostlyBare>
    [[gnu::always_inline]] static inline Step decode_sequence(const uint8_t*& from, uint8_t*& to,
                                                              size_t& literal_runs,
                                                              const uint8_t* begin) {
        size_t token = *from;
        if (kMostlyBare && token < kShortMatchCode) [[likely]]
            return copy_short_match(token, from, to, begin);
        if (token >= kContinued << 4) [[unlikely]]
            return Step::Long;
        size_t literals = token >> 4;
        size_t match_code = token & 15;
        if (kMostlyBare) literal_runs += literals > 0;
        // At most 14 literals here; what is copied too much is overwritten by the match.
        copy16(to, from + 1);
        from += literals;
        to += literals;
        if (match_code < kShortMatchCode) [[likely]]
            return copy_short_match(match_code, from, to, begin);
        Step step = copy_medium_match(match_code, from, to, begin);
        // decode_long_sequence() reads the token anew, so both places go back to it. What was
        // written behind `to` is written again.
        if (step == Step::Long) {
            from -= literals;
            to -= literals;
        }
        return step;
    }

    // Here and in copy_medium_match `from` stands one byte before the offset.
    [[gnu::always_inline]] static inline Step copy_short_match(size_t match_code,
                                                               const uint8_t*& from, uint8_t*& to,
                                                               const uint8_t* begin) {
        size_t offset = load<uint16_t>(from + 1);
        from += 3;
        if (offset > static_cast<size_t>(to - begin)) [[unlikely]]
            return Step::Corrupt;
        const uint8_t* match = to - offset;
        if (offset >= 8) [[likely]] {
            copy8(to, match);
            // Behind copy8(to): for offsets from 8 to 15 the second half reads what the first one
            // wrote.
            copy8(to + 8, match + 8);
        } else {
            if (offset == 0) [[unlikely]]
                return Step::Corrupt;
            const Pattern& pattern = kPatterns[offset];
            uint64_t word = pattern_word(pattern, match);
            store(to, word);
            store(to + pattern.step, word);
            store(to + 2 * pattern.step, word);
        }
        to += match_code + kMatchBytesMin;
        return Step::Short;
    }

    [[gnu::always_inline]] static inline Step copy_medium_match(size_t match_code,
                                                                const uint8_t*& from, uint8_t*& to,
                                                                const uint8_t* begin) {
        size_t offset = load<uint16_t>(from + 1);
        size_t bytes = match_code + kMatchBytesMin;
        if (offset == 0 || offset > static_cast<size_t>(to - begin)) [[unlikely]]
            return Step::Corrupt;
        if (match_code == kContinued) {
            bytes += from[3];
            // A further byte of 255 makes it more than that too, so no other continuation is
            // missed.
            if (bytes > kMediumMatchBytes) [[unlikely]]
                return Step::Long;
            ++from;
        }
        from += 3;
        if (offset >= 16) [[likely]] {
            const uint8_t* match = to - offset;
            copy16(to, match);
            copy16(to + 16, match + 16);
            copy16(to + 32, match + 32);
        } else if (offset == 8) {
            auto value = load<uint64_t>(to - 8);
            for (size_t i = 0; i < kMediumMatchBytes; i += 8) store(to + i, value);
        } else {
            copy_match(to, offset, bytes);
        }
        to += bytes;
        return Step::Medium;
    }

    // One sequence with any lengths, before both margins.
    [[gnu::noinline]] Outcome decode_long_sequence() {
        const uint8_t* from = from_;
        uint8_t* to = to_;
        uint8_t token = *from++;
        size_t literals = token >> 4;
        size_t match = token & 15;
        if (literals == kContinued && !read_more(from, from_end_, literals))
            return Outcome::Corrupt;
        // 32 for what copy_literals() reads and writes too much; the offset's two bytes lie within
        // them.
        if (from_left(from) < literals + 32 || to_left(to) < literals + 32) return Outcome::Careful;
        copy_literals(to, from, literals);
        to += literals;
        from += literals;
        size_t offset = load<uint16_t>(from);
        from += 2;
        if (match == kContinued && !read_more(from, from_end_, match)) return Outcome::Corrupt;
        match += kMatchBytesMin;
        if (offset == 0 || offset > static_cast<size_t>(to - to_begin_) ||
            to_left(to) < match + kMatchEndBytes)
            return Outcome::Corrupt;
        copy_match(to, offset, match);
        from_ = from;
        to_ = to + match;
        return Outcome::Going;
    }

    // The rest of the block: every read is within the source.
    [[gnu::noinline]] bool decode_carefully() {
        while (from_ < from_end_) {
            uint8_t token = *from_++;
            size_t literals = token >> 4;
            if (literals == kContinued && !read_more(from_, from_end_, literals)) return false;
            if (literals > from_left(from_) || literals > to_left(to_)) return false;
            // Exact copies of literals: copy_literals() would read behind the source. The target
            // has padding, so matches may still write too much.
            if (literals > 0) std::memcpy(to_, from_, literals);
            to_ += literals;
            from_ += literals;
            // Only here a block may end: behind literals, with the target full.
            if (from_ == from_end_) return to_ == to_end_;
            if (from_left(from_) < 2 || to_left(to_) < kMatchStartBytes) return false;
            size_t offset = load<uint16_t>(from_);
            from_ += 2;
            size_t match = token & 15;
            if (match == kContinued && !read_more(from_, from_end_, match)) return false;
            match += kMatchBytesMin;
            if (offset == 0 || offset > static_cast<size_t>(to_ - to_begin_) ||
                to_left(to_) < match + kMatchEndBytes)
                return false;
            copy_match(to_, offset, match);
            to_ += match;
        }
        return false;
    }

    size_t from_left(const uint8_t* from) const { return static_cast<size_t>(from_end_ - from); }
    size_t to_left(const uint8_t* to) const { return static_cast<size_t>(to_end_ - to); }

    const uint8_t* from_;
    const uint8_t* from_end_;
    const uint8_t* from_stop_;  // the fast loops leave off here
    uint8_t* to_;
    uint8_t* to_begin_;
    uint8_t* to_end_;
    uint8_t* to_stop_;
};

// Two sequences at once: 14 literals and 16 bytes of match, then 14 and kMediumMatchBytes.
static_assert(kTargetMargin >= kStepsAtOnce * 30 + kMediumMatchBytes + kMatchStartBytes);
static_assert(kSourceMargin >= kStepsAtOnce * 18 + 16);
static_assert(kFramePaddingBytes >= 31);

}  // namespace

bool lz4_decode(Bytes block, std::span<uint8_t> to) {
    // liblz4 encodes nothing as one token without literals.
    if (to.empty()) return block.size() == 1 && block[0] == 0;
    return BlockDecoder(block, to).decode();
}

}  // namespace ch::format
