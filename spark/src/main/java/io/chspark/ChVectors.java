package io.chspark;

import org.apache.spark.sql.types.ArrayType;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DecimalType;
import org.apache.spark.sql.types.MapType;
import org.apache.spark.sql.types.StructField;
import org.apache.spark.sql.types.StructType;

/**
 * Chooses the vector class for a Spark type and an ArrowSchema. A schema that does not fit the type
 * is refused: read by another layout, addresses would lead astray.
 */
final class ChVectors {
  private ChVectors() {}

  /**
   * Vectors for the columns of {@code type}, in its order, from a schema of a struct with the same
   * columns.
   */
  static ChColumnVector[] of(StructType type, long schema) {
    expect(ChArrow.format(schema).equals("+s"), type, schema);
    return children(type, schema);
  }

  private static ChColumnVector[] children(StructType type, long schema) {
    StructField[] fields = type.fields();
    expect(ChArrow.schemaChildren(schema) == fields.length, type, schema);
    ChColumnVector[] vectors = new ChColumnVector[fields.length];
    for (int i = 0; i < fields.length; i++) {
      vectors[i] = of(fields[i].dataType(), ChArrow.schemaChild(schema, i));
    }
    return vectors;
  }

  static ChColumnVector of(DataType type, long schema) {
    String format = ChArrow.format(schema);
    if (ChArrow.schemaDictionary(schema) != 0) {
      expect(format.equals("i"), type, schema);
      return new ChDictionaryVector(type, of(type, ChArrow.schemaDictionary(schema)));
    }
    if (type instanceof DecimalType decimal) {
      return decimal(decimal, format, schema);
    }
    if (type instanceof ArrayType array) {
      expect(format.equals("+l") && ChArrow.schemaChildren(schema) == 1, type, schema);
      return new ChArrayVector(type, of(array.elementType(), ChArrow.schemaChild(schema, 0)));
    }
    if (type instanceof MapType map) {
      return map(map, format, schema);
    }
    if (type instanceof StructType struct) {
      expect(format.equals("+s"), type, schema);
      return new ChStructVector(type, children(struct, schema));
    }
    return scalar(type, format, schema);
  }

  private static ChColumnVector map(MapType type, String format, long schema) {
    expect(format.equals("+m") && ChArrow.schemaChildren(schema) == 1, type, schema);
    long entries = ChArrow.schemaChild(schema, 0);
    expect(ChArrow.schemaChildren(entries) == 2, type, schema);
    return new ChMapVector(
        type,
        of(type.keyType(), ChArrow.schemaChild(entries, 0)),
        of(type.valueType(), ChArrow.schemaChild(entries, 1)));
  }

  private static ChColumnVector decimal(DecimalType type, String format, long schema) {
    String wide = "d:" + type.precision() + "," + type.scale();
    if (format.equals(wide + ",32")) {
      return new ChDecimalIntVector(type);
    }
    if (format.equals(wide + ",64")) {
      return new ChDecimalLongVector(type);
    }
    expect(format.equals(wide) || format.equals(wide + ",128"), type, schema);
    return new ChDecimalWideVector(type);
  }

  private static ChColumnVector scalar(DataType type, String format, long schema) {
    return switch (type.typeName() + " " + format) {
      case "boolean b" -> new ChBooleanVector(type);
      case "byte c" -> new ChByteVector(type);
      case "short s" -> new ChShortVector(type);
      case "integer i", "date tdD" -> new ChIntVector(type);
      case "long l" -> new ChLongVector(type);
      case "float f" -> new ChFloatVector(type);
      case "double g" -> new ChDoubleVector(type);
      case "string u", "binary u", "binary z" -> new ChStringVector(type);
      default -> other(type, format, schema);
    };
  }

  private static ChColumnVector other(DataType type, String format, long schema) {
    String name = type.typeName();
    boolean isTime = name.equals("timestamp") || name.equals("timestamp_ntz");
    if ((isTime && format.startsWith("tsu:"))
        || (name.startsWith("interval") && format.equals("l"))) {
      return new ChLongVector(type);
    }
    expect(name.equals("binary") && format.startsWith("w:"), type, schema);
    return new ChFixedBinaryVector(type, Integer.parseInt(format.substring(2)));
  }

  private static void expect(boolean fits, DataType type, long schema) {
    if (!fits) {
      throw new ChException(
          ChException.BUG,
          "the library's column '"
              + ChArrow.name(schema)
              + "' has Arrow format '"
              + ChArrow.format(schema)
              + "' with "
              + ChArrow.schemaChildren(schema)
              + " children, which is no layout of Spark's "
              + type.catalogString());
    }
  }
}
