#include "harness/schedule/sim/token.h"

#include <elf.h>
#include <link.h>

#include <array>
#include <cstddef>
#include <cstring>
#include <iterator>
#include <utility>
#include <vector>

namespace tussle::sim {
namespace {

constexpr std::uint8_t version = 1;
enum form : std::uint8_t { form_drawn, form_answers };

using bytes = std::vector<std::uint8_t>;

constexpr std::string_view digits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

std::string to_text(const bytes& raw) {
  std::string text;
  std::uint32_t bits = 0;
  int held = 0;
  for (const std::uint8_t byte : raw) {
    bits = bits << 8 | byte;
    for (held += 8; held >= 6; held -= 6) text += digits[bits >> (held - 6) & 63];
  }
  if (held > 0) text += digits[bits << (6 - held) & 63];
  return text;
}

std::optional<bytes> from_text(std::string_view text) {
  bytes raw;
  std::uint32_t bits = 0;
  int held = 0;
  for (const char c : text) {
    const std::size_t digit = digits.find(c);
    if (digit == std::string_view::npos) return std::nullopt;
    bits = bits << 6 | static_cast<std::uint32_t>(digit);
    if (held += 6; held >= 8) {
      held -= 8;
      raw.push_back(static_cast<std::uint8_t>(bits >> held));
    }
  }
  return raw;
}

// Seven bits a byte, the lowest first; the highest bit says that more follow.
void put(bytes& raw, std::uint64_t value) {
  for (; value >= 128; value >>= 7) raw.push_back(static_cast<std::uint8_t>(value | 128));
  raw.push_back(static_cast<std::uint8_t>(value));
}

class reader {
 public:
  explicit reader(const bytes& raw) : raw_(&raw) {}

  std::uint64_t number() {
    std::uint64_t value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      const std::uint8_t byte = next();
      value |= std::uint64_t{byte & 127U} << shift;
      if (byte < 128) return value;
    }
    is_good_ = false;
    return 0;
  }

  std::uint8_t next() {
    if (at_ < raw_->size()) return (*raw_)[at_++];
    is_good_ = false;
    return 0;
  }

  bool at_end() const { return at_ == raw_->size(); }
  bool is_good() const { return is_good_; }

 private:
  const bytes* raw_;
  std::size_t at_ = 0;
  bool is_good_ = true;
};

// Pairs: how many zeros, then what is not.
void put_answers(bytes& raw, const answers& given) {
  std::uint64_t zeros = 0;
  for (const std::uint16_t answer : given) {
    if (answer == 0) {
      ++zeros;
      continue;
    }
    put(raw, std::exchange(zeros, 0));
    put(raw, answer);
  }
}

std::optional<answers> take_answers(reader& from) {
  constexpr std::uint64_t most = 100'000'000;  // what a mistyped token may ask for
  answers given;
  while (!from.at_end()) {
    const std::uint64_t zeros = from.number();
    const std::uint64_t answer = from.number();
    if (!from.is_good() || zeros > most || answer > UINT16_MAX) return std::nullopt;
    given.resize(given.size() + zeros);
    given.push_back(static_cast<std::uint16_t>(answer));
  }
  return given;
}

std::optional<drawn> take_drawn(reader& from) {
  drawn d;
  const std::uint64_t which = from.number();
  d.depth = static_cast<int>(from.number());
  d.how.length = from.number();
  d.how.seed = from.number();
  if (!from.is_good() || !from.at_end() || which >= std::size(strategy_names)) {
    return std::nullopt;
  }
  d.from = static_cast<strategy>(which);
  return d;
}

class fnv_hash {
 public:
  void add(const void* data, std::size_t size) {
    for (std::size_t i = 0; i < size; ++i) {
      value_ = (value_ ^ static_cast<const std::uint8_t*>(data)[i]) * 16777619U;
    }
  }
  std::uint32_t value() const { return value_; }

 private:
  std::uint32_t value_ = 2166136261U;
};

// Adds the notes of the program's file, the linker's identification of the build among
// them. The program itself is the first that is visited.
int add_build(dl_phdr_info* module, std::size_t /*size*/, void* hash) {
  for (int i = 0; i < module->dlpi_phnum; ++i) {
    const auto& part = module->dlpi_phdr[i];
    if (part.p_type != PT_NOTE) continue;
    static_cast<fnv_hash*>(hash)->add(
        reinterpret_cast<const void*>(module->dlpi_addr + part.p_vaddr), part.p_filesz);
  }
  return 1;
}

}  // namespace

std::uint32_t fingerprint_of(std::string_view program) {
  fnv_hash hash;
  dl_iterate_phdr(&add_build, &hash);
  hash.add(program.data(), program.size());
  return hash.value();
}

std::string write_token(const token& t) {
  const bool is_drawn = std::holds_alternative<drawn>(t.of);
  bytes raw = {version, is_drawn ? form_drawn : form_answers};
  for (int shift = 0; shift < 32; shift += 8) {
    raw.push_back(static_cast<std::uint8_t>(t.fingerprint >> shift));
  }
  if (is_drawn) {
    const drawn& d = std::get<drawn>(t.of);
    put(raw, static_cast<std::uint64_t>(d.from));
    put(raw, static_cast<std::uint64_t>(d.depth));
    put(raw, d.how.length);
    put(raw, d.how.seed);
  } else {
    put_answers(raw, std::get<answers>(t.of));
  }
  return to_text(raw);
}

std::optional<token> read_token(std::string_view text) {
  const std::optional<bytes> raw = from_text(text);
  if (!raw) return std::nullopt;
  reader from(*raw);
  if (from.next() != version) return std::nullopt;
  const std::uint8_t kind = from.next();
  token t;
  for (int shift = 0; shift < 32; shift += 8) {
    t.fingerprint |= std::uint32_t{from.next()} << shift;
  }
  if (!from.is_good()) return std::nullopt;
  if (kind == form_drawn) {
    const auto d = take_drawn(from);
    if (!d) return std::nullopt;
    t.of = *d;
  } else if (kind == form_answers) {
    auto given = take_answers(from);
    if (!given) return std::nullopt;
    t.of = std::move(*given);
  } else {
    return std::nullopt;
  }
  return t;
}

}  // namespace tussle::sim
