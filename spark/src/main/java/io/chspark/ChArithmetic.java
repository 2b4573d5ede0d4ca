package io.chspark;

import com.google.gson.JsonObject;
import java.util.Set;
import org.apache.spark.sql.internal.SQLConf;
import org.apache.spark.sql.types.DataType;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.DecimalType;

/**
 * Arithmetic on decimals and floats. Spark hands it to a source in ANSI mode only, without the type
 * of its result, which follows from the operands'.
 */
final class ChArithmetic {
  static final Set<String> FUNCTIONS = Set.of("+", "-", "*");

  private static final int DIGITS_MAX = 38;

  /** Digits behind the point that Spark keeps where a result has too many. */
  private static final int SCALE_KEPT = 6;

  private ChArithmetic() {}

  /** The call, or null if the engine does not compute it exactly as Spark does. */
  static ChPredicates.Term of(String name, ChPredicates.Term[] operands) {
    if (operands.length != 2) {
      return null;
    }
    DataType left = operands[0].type();
    DataType right = operands[1].type();
    boolean isFloat = left.equals(DataTypes.FloatType) || left.equals(DataTypes.DoubleType);
    boolean raises = operands[0].raises() || operands[1].raises();
    JsonObject json = ChPredicates.call(name, operands);
    if (isFloat && left.equals(right)) {
      return new ChPredicates.Term(json, left, raises);
    }
    if (!(left instanceof DecimalType a && right instanceof DecimalType b)) {
      return null;
    }
    int scale = name.equals("*") ? a.scale() + b.scale() : Math.max(a.scale(), b.scale());
    int whole = name.equals("*") ? whole(a) + whole(b) + 1 : Math.max(whole(a), whole(b)) + 1;
    boolean fits = whole + scale <= DIGITS_MAX;
    if (!fits && !isExact(whole, scale)) {
      return null;
    }
    if (!fits && !name.equals("*") && a.scale() != b.scale()) {
      return null;
    }
    DecimalType type = DataTypes.createDecimalType(fits ? whole + scale : DIGITS_MAX, scale);
    json.addProperty("type", ChLiterals.clickHouseName(type));
    return new ChPredicates.Term(json, type, raises || !fits);
  }

  private static int whole(DecimalType type) {
    return type.precision() - type.scale();
  }

  /** Whether Spark takes digits before the point only from a result that has too many. */
  private static boolean isExact(int whole, int scale) {
    return SQLConf.get().decimalOperationsAllowPrecisionLoss()
        && Math.max(DIGITS_MAX - whole, Math.min(scale, SCALE_KEPT)) == scale;
  }
}
