#include "harness/record/whole_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>
#include <vector>

namespace tussle::harness {
namespace {

namespace fs = std::filesystem;

class whole_file : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string made = ::testing::TempDir() + "whole_file_XXXXXX";
    ASSERT_NE(mkdtemp(made.data()), nullptr);
    folder_ = made;
  }
  void TearDown() override { fs::remove_all(folder_); }

  std::string path(const std::string& name) const { return (folder_ / name).string(); }

  std::vector<std::string> names() const {
    std::vector<std::string> all;
    for (const auto& entry : fs::directory_iterator(folder_)) {
      all.push_back(entry.path().filename().string());
    }
    return all;
  }

  static std::string content(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

 private:
  fs::path folder_;
};

TEST_F(whole_file, holds_all_of_the_text_and_nothing_else_is_left) {
  const std::string text(1'000'000, 'x');

  write_whole_file(path("result.json"), text);

  EXPECT_EQ(content(path("result.json")), text);
  EXPECT_EQ(names(), std::vector<std::string>{"result.json"});
}

TEST_F(whole_file, replaces_the_old_one_by_another_and_a_reader_of_the_old_keeps_it) {
  write_whole_file(path("result.json"), "old");
  std::ifstream reader(path("result.json"));

  write_whole_file(path("result.json"), "new and longer");

  EXPECT_EQ(content(path("result.json")), "new and longer");
  EXPECT_EQ(std::string(std::istreambuf_iterator<char>(reader), {}), "old");
}

TEST_F(whole_file, may_be_empty) {
  write_whole_file(path("empty"), "");

  EXPECT_TRUE(fs::exists(path("empty")));
  EXPECT_EQ(content(path("empty")), "");
}

TEST_F(whole_file, in_a_folder_that_is_not_there_is_refused_by_name) {
  try {
    write_whole_file(path("none/result.json"), "text");
    FAIL() << "written";
  } catch (const std::system_error& e) {
    EXPECT_NE(std::string(e.what()).find("none/result.json"), std::string::npos);
    EXPECT_EQ(e.code(), std::errc::no_such_file_or_directory);
  }
  EXPECT_TRUE(names().empty());
}

TEST_F(whole_file, in_place_of_a_folder_is_refused_and_leaves_nothing) {
  fs::create_directory(path("taken"));

  EXPECT_THROW(write_whole_file(path("taken"), "text"), std::system_error);
  EXPECT_THROW(require_writable(path("taken")), std::system_error);

  EXPECT_EQ(names(), std::vector<std::string>{"taken"});
  EXPECT_TRUE(fs::is_empty(path("taken")));
}

TEST_F(whole_file,
       that_cannot_be_written_to_the_end_leaves_the_old_one_and_no_temporary) {
  write_whole_file(path("result.json"), "old");
  fs::create_directory(path("result.json.part" + std::to_string(getpid())));

  EXPECT_THROW(write_whole_file(path("result.json"), "new"), std::system_error);

  EXPECT_EQ(content(path("result.json")), "old");
}

TEST_F(whole_file, leaves_a_device_or_pipe_what_it_is) {
  ASSERT_EQ(mkfifo(path("pipe").c_str(), 0600), 0);
  // A reader that has opened without waiting: the writer then need not wait either.
  std::fstream reader(path("pipe"), std::ios::in | std::ios::out);

  write_whole_file(path("pipe"), "text\n");

  std::string line;
  std::getline(reader, line);
  EXPECT_EQ(line, "text");
  EXPECT_TRUE(fs::is_fifo(path("pipe")));
}

TEST_F(whole_file, full_device_is_an_error) {
  EXPECT_THROW(write_whole_file("/dev/full", "text"), std::system_error);
}

TEST_F(whole_file, asking_whether_one_can_be_written_changes_nothing) {
  write_whole_file(path("result.json"), "old");

  require_writable(path("result.json"));
  require_writable(path("other.json"));

  EXPECT_EQ(content(path("result.json")), "old");
  EXPECT_EQ(names(), std::vector<std::string>{"result.json"});
  EXPECT_THROW(require_writable(path("none/result.json")), std::system_error);
}

}  // namespace
}  // namespace tussle::harness
