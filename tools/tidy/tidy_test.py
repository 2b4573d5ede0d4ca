"""Each rule of tidy finds its planted violation, and leaves what is right alone."""

import sys
import tempfile
import unittest
from pathlib import Path

from layers import check_layers
from listed import check_duplicates, check_listed
from sizes import check_sizes, cpp_functions
from source import SourceFile, Tree
from words import check_words


def tree_of(files: dict[str, str]) -> Tree:
    root = Path(tempfile.mkdtemp())
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return Tree(root, list(files))


def messages(check, files: dict[str, str]) -> list[str]:
    return [str(violation) for violation in check(tree_of(files))]


class Layers(unittest.TestCase):
    def test_a_lower_layer_may_not_include_a_higher_one(self):
        for path, header in (
            ("base/a.cc", "engine/column/type.h"),
            ("engine/column/a.cc", "engine/format/marks.h"),
            ("engine/format/a.cc", "engine/part/part.h"),
            ("engine/exec/a.cc", "engine/part/part.h"),
            ("engine/part/a.cc", "engine/table/table.h"),
            ("engine/table/a.h", "connector/plan.h"),
        ):
            with self.subTest(path=path):
                self.assertEqual(len(messages(check_layers, {path: f'#include "{header}"\n'})), 1)

    def test_a_higher_layer_may_include_a_lower_one(self):
        text = '#include "base/error.h"\n#include "engine/part/part.h"\n#include "ch/ch.h"\n#include <vector>\n'
        self.assertEqual(messages(check_layers, {"connector/a.cc": text}), [])

    def test_an_include_in_a_comment_is_none(self):
        self.assertEqual(messages(check_layers, {"base/a.cc": '// #include "engine/part/part.h"\n'}), [])

    def test_jni_and_json_stop_at_their_borders(self):
        self.assertEqual(len(messages(check_layers, {"connector/plan.cc": "#include <jni.h>\n"})), 1)
        self.assertEqual(messages(check_layers, {"connector/jni_query.cc": "#include <jni.h>\n"}), [])
        self.assertEqual(len(messages(check_layers, {"connector/plan.h": "#include <nlohmann/json.hpp>\n"})), 1)
        self.assertEqual(messages(check_layers, {"connector/plan.cc": "#include <nlohmann/json.hpp>\n"}), [])

    def test_an_include_without_its_folder_is_refused(self):
        self.assertEqual(len(messages(check_layers, {"base/a.cc": '#include "error.h"\n'})), 1)


class Sizes(unittest.TestCase):
    def test_long_files_lines_and_functions_are_found(self):
        body = "    step();\n" * 80
        for text, word in (
            ("// x\n" * 401, "401 lines, 400 allowed"),
            ("// x\n" * 801, "801 lines, 800 are refused"),
            ("// " + "x" * 98 + "\n", "101 columns"),
            ("void walk() {\n" + body + "}\n", "walk has 82 lines"),
        ):
            with self.subTest(word=word):
                self.assertIn(word, "\n".join(messages(check_sizes, {"base/a.cc": text})))

    def test_functions_are_found_in_classes_and_namespaces_and_after_initialisers(self):
        text = (
            "namespace a {\nstruct B : C {\n    B(int x) : x_(x), y_{1} {\n        f();\n    }\n    int g() const noexcept { return 1; }\n"
            '};\nconst char* kBraces = "{{{";  // {\nint table[] = {1, 2};\ntemplate <typename T>\nT h(T t) {\n'
            "    auto l = [](int v) { return v; };\n    if (t) {\n        l(1);\n    }\n    return t;\n}\n}\n"
        )
        found = {name: lines for name, _, lines in cpp_functions(SourceFile("a.cc", text))}
        self.assertEqual(found, {"B": 3, "g": 1, "h": 8})

    def test_a_ratchet_entry_allows_its_size_and_no_more_and_may_not_be_loose(self):
        entry = '{"files": {"base/a.cc": {"lines": 500, "reason": "one table"}}, "functions": {}}'
        for lines, problems in ((500, 0), (501, 1), (450, 1), (300, 1)):
            with self.subTest(lines=lines):
                files = {"base/a.cc": "// x\n" * lines, "tools/tidy/ratchet.json": entry}
                self.assertEqual(len(messages(check_sizes, files)), problems)

    def test_a_big_file_is_refused(self):
        self.assertEqual(len(messages(check_sizes, {"tests/golden.bin": "x" * ((1 << 20) + 1)})), 1)


class Words(unittest.TestCase):
    PLANTED = (
        "mmap(nullptr, 1);",
        "std::abort();",
        "std::regex r;",
        "#include <iostream>",
        'printf("x");',
        "assert(x);",
        "auto* p = new int;",
        "delete p;",
        "void* q = malloc(1);",
        "try { } catch (...) { f(); }",
        "catch (const E& e) { }",
        "using namespace std;",
        "strcpy(a, b);",
        "int r = rand();",
        "out << std::endl;",
    )

    def test_each_banned_call_is_found(self):
        for line in self.PLANTED:
            with self.subTest(line=line):
                self.assertEqual(len(messages(check_words, {"engine/part/a.cc": line + "\n"})), 1)

    def test_what_only_looks_alike_is_left_alone(self):
        for line in (
            "static_assert(true);",
            "A(const A&) = delete;",
            "// mmap( and new int",
            'auto s = "delete p; abort()";',
            "snprintf(b, n, f);",
            "renew(x);",
            "file.free();",
            "CH_ASSERT(x);",
            "int newer = 1;",
        ):
            with self.subTest(line=line):
                self.assertEqual(messages(check_words, {"engine/part/a.cc": line + "\n"}), [])

    def test_the_walls_may_catch_everything(self):
        self.assertEqual(messages(check_words, {"connector/abi.cc": "try { f(); } catch (...) { g(); }\n"}), [])

    def test_unfinished_words_and_machine_paths_are_found_in_every_language(self):
        for word in (
            "FIX" + "ME",
            "HA" + "CK",
            "not imple" + "mented",
            "for n" + "ow",
            "TO" + "DO: x",
            "/ro" + "ot/x",
            "/wo" + "rk/main",
        ):
            for path, start in (("base/a.cc", "// "), ("spark/A.java", "// "), ("tests/a.py", "# ")):
                with self.subTest(word=word, path=path):
                    self.assertEqual(len(messages(check_words, {path: f"{start}{word}\n"})), 1)
        self.assertEqual(messages(check_words, {"base/a.cc": "// TO" + "DO(#12) x\n"}), [])

    def test_a_header_without_pragma_once_is_found(self):
        self.assertEqual(len(messages(check_words, {"base/a.h": "int x;\n"})), 1)


class Listed(unittest.TestCase):
    def test_a_source_that_no_list_names_and_a_header_that_nobody_includes_are_found(self):
        files = {
            "base/CMakeLists.txt": "ch_library(b SOURCES\n    a.cc\n    io/c.cc\n)\n",
            "base/a.cc": '#include "base/a.h"\n',
            "base/a.h": "#pragma once\n",
            "base/io/c.cc": "",
            "base/b.cc": "",
            "base/b.h": "#pragma once\n",
        }
        found = messages(check_listed, files)
        self.assertEqual([line.split(":")[0] for line in found], ["base/b.cc", "base/b.h"])

    def test_six_equal_lines_in_two_files_are_found_once(self):
        block = "".join(
            f"    value = step_{name}(value);\n" for name in ("one", "two", "six", "ten", "red", "blue", "cyan")
        )
        self.assertEqual(len(messages(check_duplicates, {"base/a.cc": block, "base/b.cc": block})), 1)
        self.assertEqual(messages(check_duplicates, {"base/a.cc": block, "base/b_test.cc": block}), [])


if __name__ == "__main__":
    result = unittest.main(exit=False, verbosity=1).result
    bad = len(result.failures) + len(result.errors)
    print(f"{result.testsRun - min(bad, result.testsRun)} passed, {bad} failed")
    sys.exit(1 if bad else 0)
