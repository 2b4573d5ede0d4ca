#!/usr/bin/env python3
"""Asks a real Spark what expressions are worth, for engine/exec/spark_values_test.cc.

    python3 tests/spark_values/generate.py > tests/data/spark_expressions.tsv

needs pyspark (PYTHONPATH) and Java 17. Each line is one value:
    function <tab> result type <tab> result <tab> argument <tab> argument ...
An argument is `c:TYPE:value` (a column's value) or `l:TYPE:value` (a literal). Values: \\N is NULL; text and binary are hex
digits; decimals their unscaled integer; dates days and timestamps microseconds since 1970; floats their bits in hex.
"""
import itertools
import math
import struct
import sys
from decimal import Decimal

from pyspark.sql import SparkSession

INTEGERS = {"Int8": ("byte", 8), "Int16": ("short", 16), "Int32": ("int", 32), "Int64": ("bigint", 64)}
COMPARISONS = {"=": "=", "<=>": "<=>", "<>": "<>", "<": "<", "<=": "<=", ">": ">", ">=": ">="}
PARTS = {"YEAR": "YEAR", "QUARTER": "QUARTER", "MONTH": "MONTH", "WEEK": "WEEK", "DAY": "DAY",
         "DAY_OF_WEEK": "DAYOFWEEK_ISO", "DAY_OF_YEAR": "DOY", "YEAR_OF_WEEK": "YEAROFWEEK"}
TEXTS = ["", " ", "a", "abc", "abd", "ab", "ABC", "aXc", "a%c", "a_c", "a\\c", " a b ", "\tx ", "éa", "日本語", "a😀b", "😀",
         "\uffff", "zzzzzzzzzzzzzzzzzzzz", "zzzzzzzzzzzzzzzzzzzy", "x\ny", "\u0000", "abcabcabd", None]
# Not UTF-8; none ends within a character, where Spark's SUBSTRING reads past the end.
BROKEN = ["ff", "41c341", "c0af", "eda0804142", "e28241", "f09f9841", "f4908080", "80", "41e0808042", "f0808080", "f8888080"]
CUT = ["41c3", "41e282", "f09f98", "e2", "f0"]


def sql_type(kind):
    if kind.startswith("Decimal"):
        return kind.lower()
    if kind in INTEGERS:
        return INTEGERS[kind][0]
    return {"Float32": "float", "Float64": "double", "Bool": "boolean", "String": "string", "Date32": "date",
            "DateTime64(6)": "timestamp", "FixedString": "binary"}[kind]


def scale_of(kind):
    return int(kind.split(",")[1].strip(" )"))


def sql(kind, value):
    """The value, encoded as in the file, as an SQL constant."""
    if value is None:
        return f"cast(null as {sql_type(kind)})"
    if kind == "String":
        return f"cast(X'{value}' as string)"
    if kind == "FixedString":
        return f"X'{value}'"
    if kind in ("Float32", "Float64"):
        number = decode_float(kind, value)
        return f"cast('{number!r}' as {sql_type(kind)})"
    if kind.startswith("Decimal"):
        return f"cast('{value}e-{scale_of(kind)}' as {sql_type(kind)})"
    if kind == "Date32":
        return f"date_add(date'1970-01-01', {value})"
    if kind == "DateTime64(6)":
        return f"timestamp_micros({value}L)"
    if kind == "Bool":
        return "true" if value == "1" else "false"
    return f"cast('{value}' as {sql_type(kind)})"


def decode_float(kind, bits):
    return struct.unpack(">f" if kind == "Float32" else ">d", bytes.fromhex(bits))[0]


def encode_float(kind, number):
    return struct.pack(">f" if kind == "Float32" else ">d", number).hex()


def hexed(texts):
    return [None if text is None else text.encode("utf-8", "surrogatepass").hex() for text in texts]


def samples(kind):
    """Values of a type, extremes among them, encoded."""
    if kind in INTEGERS:
        bits = INTEGERS[kind][1]
        return [None] + [str(v) for v in (0, 1, -1, 7, 100, -(2 ** (bits - 1)), 2 ** (bits - 1) - 1)]
    if kind.startswith("Decimal"):
        digits = int(kind[8:].split(",")[0])
        most = 10 ** digits - 1
        return [None] + [str(v) for v in (0, 1, -1, 5, 100, -150, most, -most)]
    if kind in ("Float32", "Float64"):
        tiny = 1e-45 if kind == "Float32" else 5e-324
        return [None] + [encode_float(kind, v) for v in (0.0, -0.0, 1.5, -1.5, math.inf, -math.inf, math.nan, tiny, 0.1)]
    if kind == "Bool":
        return [None, "0", "1"]
    if kind == "Date32":
        return [None, "0", "-1", "-719528", "2932896", "19723", "11016", "-141428"]
    if kind == "DateTime64(6)":
        return [None, "0", "-1", "1700000000000001", "253402300799999999", "-62135596800000000"]
    if kind == "FixedString":
        return [None, "00", "7f", "80", "ff"]
    return hexed(TEXTS)


def result_sql(kind, text):
    """Makes the result one that this script writes without loss."""
    if kind in ("String", "FixedString"):
        return f"hex({text})"
    return f"cast({text} as string)" if kind.startswith("Decimal") else text


def encode_result(kind, value):
    if value is None:
        return "\\N"
    if kind == "Bool":
        return "1" if value else "0"
    if kind in ("Float32", "Float64"):
        return encode_float(kind, value)
    if kind.startswith("Decimal"):
        return str(int(Decimal(value).scaleb(scale_of(kind))))
    return value.lower() if kind in ("String", "FixedString") else str(value)


def argument(place, kind, value):
    return f"{place}:{kind}:" + ("\\N" if value is None else value)


class Cases:
    """Groups of rows that share their functions, types and literals: one query each."""

    def __init__(self, spark):
        self.spark = spark
        self.lines = 0

    def ask(self, function, result, template, kinds, rows, literals=()):
        """template: SQL over {0}, {1}, ... columns, with the literals written in it."""
        names = [f"c{i}" for i in range(len(kinds))]
        data = [tuple(row) for row in rows]
        frame = self.spark.createDataFrame(
            [(i, *row) for i, row in enumerate(data)], "n int, " + ", ".join(f"s{i} string" for i in range(len(kinds))))
        typed = ["n"]
        for i, kind in enumerate(kinds):
            typed.append(f"{self.column(kind, f's{i}')} as {names[i]}")
        answers = frame.selectExpr(*typed).selectExpr("n", result_sql(result, template.format(*names)) + " as r").collect()
        for answer in sorted(answers, key=lambda row: row.n):
            arguments = [argument("c", kind, v) for kind, v in zip(kinds, data[answer.n])]
            arguments += [argument("l", kind, v) for kind, v in literals]
            print("\t".join([function, result, encode_result(result, answer.r)] + arguments))
            self.lines += 1

    @staticmethod
    def column(kind, name):
        if kind == "String":
            return f"cast(unhex({name}) as string)"
        if kind == "FixedString":
            return f"unhex({name})"
        if kind == "Float32":
            return f"bits_float({name})"
        if kind == "Float64":
            return f"bits_double({name})"
        if kind == "Date32":
            return f"date_add(date'1970-01-01', cast({name} as int))"
        if kind == "DateTime64(6)":
            return f"timestamp_micros(cast({name} as bigint))"
        if kind == "Bool":
            return f"({name} = '1')"
        if kind.startswith("Decimal"):
            return f"cast(concat({name}, 'e-{scale_of(kind)}') as {sql_type(kind)})"
        return f"cast({name} as {sql_type(kind)})"


def comparisons(cases):
    pairs = [(kind, kind) for kind in (*INTEGERS, "Float32", "Float64", "Bool", "Date32", "DateTime64(6)", "FixedString",
                                       "Decimal(9, 2)", "Decimal(18, 4)", "Decimal(38, 10)", "Decimal(20, 0)")]
    pairs += [("Decimal(9, 2)", "Decimal(9, 4)"), ("Decimal(9, 0)", "Decimal(18, 9)"), ("Decimal(15, 2)", "Decimal(20, 3)"),
              ("Int32", "Int64"), ("Float32", "Float64"), ("Int32", "Decimal(10, 0)")]
    for left, right in pairs:
        rows = list(itertools.product(samples(left), samples(right)))
        for name, operator in COMPARISONS.items():
            cases.ask(name, "Bool", "{0} " + operator + " {1}", [left, right], rows)
    texts = list(itertools.product(hexed(TEXTS), hexed(TEXTS)))
    for name, operator in COMPARISONS.items():
        rows = texts if name in ("=", "<") else texts[::5]
        cases.ask(name, "Bool", "{0} " + operator + " {1}", ["String", "String"], rows)


def logic(cases):
    rows = list(itertools.product(samples("Bool"), samples("Bool")))
    cases.ask("AND", "Bool", "{0} AND {1}", ["Bool", "Bool"], rows)
    cases.ask("OR", "Bool", "{0} OR {1}", ["Bool", "Bool"], rows)
    cases.ask("NOT", "Bool", "NOT {0}", ["Bool"], [[v] for v in samples("Bool")])
    for kind in ("Int32", "String", "Float64", "Bool"):
        rows = [[v] for v in samples(kind)]
        cases.ask("IS_NULL", "Bool", "{0} IS NULL", [kind], rows)
        cases.ask("IS_NOT_NULL", "Bool", "{0} IS NOT NULL", [kind], rows)


def in_lists(cases):
    for kind in (*INTEGERS, "Float32", "Float64", "Bool", "Date32", "DateTime64(6)", "String", "Decimal(9, 2)",
                 "Decimal(38, 10)"):
        values = [v for v in samples(kind) if v is not None]
        many = values[::2] * (3 if kind == "String" else 8)
        if kind in INTEGERS and kind != "Int8":
            many += [str(v) for v in range(2, 60, 3)]
        for wanted in (values[:1], values[1::2], values[::2] + [None], [None], many):
            text = "{0} IN (" + ", ".join(sql(kind, v) for v in wanted) + ")"
            cases.ask("IN", "Bool", text, [kind], [[v] for v in samples(kind)], [(kind, v) for v in wanted])


def text_functions(cases):
    valid = hexed(TEXTS)
    anything = [[v] for v in valid + BROKEN + CUT]
    whole = [[v] for v in valid + BROKEN]
    pairs = list(itertools.product(valid + BROKEN[:3], hexed(["", "a", "abc", "c", "😀", "bd", " ", None])))
    for name, function in (("STARTS_WITH", "startswith"), ("ENDS_WITH", "endswith"), ("CONTAINS", "contains")):
        cases.ask(name, "Bool", function + "({0}, {1})", ["String", "String"], pairs)
    cases.ask("LENGTH", "Int32", "length({0})", ["String"], anything)
    cases.ask("TRIM", "String", "trim({0})", ["String"], anything)
    cases.ask("CONCAT", "String", "concat({0}, {1})", ["String", "String"], pairs)
    extremes = (-2147483648, 2147483647)
    for position in (-5, -2, -1, 0, 1, 2, 3, *extremes):
        cases.ask("SUBSTRING", "String", f"substring({{0}}, {position})", ["String"], whole, [("Int32", str(position))])
        for length in (-1, 1, 5, extremes[1]):
            literals = [("Int32", str(position)), ("Int32", str(length))]
            cases.ask("SUBSTRING", "String", f"substring({{0}}, {position}, {length})", ["String"], whole, literals)
            binary = [[v] for v in (None, "00", "ff", "7a")]
            cases.ask("SUBSTRING", "String", f"substring({{0}}, {position}, {length})", ["FixedString"], binary, literals)


def like(cases):
    texts = [[v] for v in hexed(TEXTS) + BROKEN + CUT]
    patterns = ["", "%", "_", "__", "___", "a%", "%c", "a_c", "a%c", "%b%", "_b%", "%😀%", "_😀_", "a\\%c", "a\\_c", "a\\\\c",
                "%a%b%d", "abc%abd", "%bc_bc%", "_%_", "%_", "_\n_", "%é_", "\uffff%", "\ufffd%", "%\ufffd_", "%%a%%", "zzz%z_"]
    for pattern in patterns:
        cases.ask("LIKE", "Bool", "{0} LIKE " + sql("String", pattern.encode().hex()), ["String"], texts,
                  [("String", pattern.encode().hex())])
    for pattern, escape in (("a#%c", "#"), ("a/_c", "/"), ("a%%c", "%"), ("a__c", "_"), ("a##%", "#"), ("%\\%%", "#")):
        cases.ask("LIKE", "Bool", "{0} LIKE " + sql("String", pattern.encode().hex()) + f" ESCAPE '{escape}'", ["String"],
                  texts, [("String", pattern.encode().hex()), ("String", escape.encode().hex())])


def dates(cases):
    days = [str(v) for v in (-719528, -719527, -719163, -719162, 2932896, 2932895, 0, -1, 1, 59, 60, 10956, 11015, 11016, 11017)]
    # Every day round a new year, a leap day and a century, over ten thousand years.
    days += [str(v) for year in (0, 1, 4, 100, 400, 1582, 1600, 1900, 1969, 1972, 2000, 2020, 2024, 2026, 9999)
             for base in [-719528 + year * 365 + (year + 3) // 4 - (year + 99) // 100 + (year + 399) // 400]
             for v in (*range(base - 4, base + 5), base + 58, base + 59, base + 60)
             if -719528 <= v <= 2932896]
    days += [str(v) for v in range(-719528, 2932897, 29994)]
    for name, part in PARTS.items():
        cases.ask(name, "Int32", f"cast(extract({part} FROM {{0}}) as int)", ["Date32"], [[v] for v in [None] + days])


def casts(cases):
    kinds = [("Int8", "Int16"), ("Int16", "Int64"), ("Int32", "Int64"), ("Int8", "Decimal(3, 0)"), ("Int32", "Decimal(12, 2)"),
             ("Int64", "Decimal(20, 0)"), ("Int64", "Decimal(38, 18)"), ("Int32", "Float32"), ("Int64", "Float32"),
             ("Int64", "Float64"), ("Int32", "Float64"), ("Decimal(9, 2)", "Decimal(18, 4)"), ("Decimal(18, 4)", "Decimal(38, 10)"),
             ("Decimal(9, 2)", "Decimal(9, 2)"), ("Float32", "Float64"), ("Decimal(9, 2)", "Float64"),
             ("Decimal(18, 4)", "Float64"), ("Decimal(38, 10)", "Float64"), ("Bool", "Int32"), ("Bool", "Decimal(5, 2)")]
    for source, target in kinds:
        values = samples(source)
        if source == "Int64":
            values = values + ["9007199254740993", "-9007199254740993", "16777217", "123456789012345678"]
        if source == "Decimal(38, 10)":
            values = values + ["123456789012345678901234567", "90071992547409930000000000", "1000000000000000000000001"]
        cases.ask("CAST", target, f"cast({{0}} as {sql_type(target)})", [source], [[v] for v in values])


def choices(cases):
    for kind in ("Int32", "String", "Decimal(38, 10)"):
        values = samples(kind)[:3] + [None]
        pairs = list(itertools.product(values, values))
        cases.ask("COALESCE", kind, "coalesce({0}, {1})", [kind, kind], pairs)
        triples = [(b, x, y) for b in samples("Bool") for x, y in pairs]
        cases.ask("CASE_WHEN", kind, "CASE WHEN {0} THEN {1} ELSE {2} END", ["Bool", kind, kind], triples)
        cases.ask("CASE_WHEN", kind, "CASE WHEN {0} THEN {1} END", ["Bool", kind], [row[:2] for row in triples])


def main():
    spark = (SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false")
             .config("spark.sql.session.timeZone", "UTC").config("spark.sql.shuffle.partitions", "1")
             .config("spark.sql.legacy.charVarcharAsString", "true").getOrCreate())
    spark.sparkContext.setLogLevel("ERROR")
    # Python would lose a NaN's and a zero's sign on the way in; these two do not.
    from pyspark.sql.types import DoubleType, FloatType
    spark.udf.register("bits_float", lambda s: None if s is None else decode_float("Float32", s), FloatType())
    spark.udf.register("bits_double", lambda s: None if s is None else decode_float("Float64", s), DoubleType())
    print(f"# Written by tests/spark_values/generate.py with Spark {spark.version}.")
    cases = Cases(spark)
    for group in (logic, comparisons, in_lists, text_functions, like, dates, casts, choices):
        group(cases)
        sys.stderr.write(f"{group.__name__}: {cases.lines} values so far\n")


if __name__ == "__main__":
    main()
