package io.chspark;

import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.apache.spark.sql.catalyst.InternalRow;
import org.apache.spark.sql.catalyst.expressions.GenericInternalRow;
import org.apache.spark.sql.connector.catalog.Identifier;
import org.apache.spark.sql.connector.catalog.procedures.BoundProcedure;
import org.apache.spark.sql.connector.catalog.procedures.ProcedureParameter;
import org.apache.spark.sql.connector.catalog.procedures.UnboundProcedure;
import org.apache.spark.sql.connector.read.Scan;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;

/**
 * {@code CALL <catalog>.system.<name>(...)}, Spark 4: what ch_command does to a store, with the
 * newest version then as its result. Loaded only where Spark has procedures.
 */
record ChProcedure(Kind kind, String root) implements UnboundProcedure, BoundProcedure {
  static final String NAMESPACE = "system";

  /** With what the library calls the arguments. */
  enum Kind {
    MERGE("makes larger parts of a table's small ones; with final, one of each partition"),
    GC("removes what no version that is kept or pinned needs"),
    ROLLBACK("publishes a new version in which a table has the rows of an older one");

    private final String description;

    Kind(String description) {
      this.description = description;
    }
  }

  /** The procedure of that name. Throws IllegalArgumentException if there is none. */
  static UnboundProcedure of(String root, Identifier identifier) {
    String[] namespace = identifier.namespace();
    if (namespace.length == 1 && namespace[0].equalsIgnoreCase(NAMESPACE)) {
      for (Kind kind : Kind.values()) {
        if (kind.name().equalsIgnoreCase(identifier.name())) {
          return new ChProcedure(kind, root);
        }
      }
    }
    throw new IllegalArgumentException(
        "there is no procedure " + identifier + "; there are system.merge, .gc and .rollback");
  }

  static Identifier[] list(String[] namespace) {
    List<Identifier> all = new ArrayList<>();
    for (Kind kind : Kind.values()) {
      all.add(Identifier.of(new String[] {NAMESPACE}, kind.name().toLowerCase(Locale.ROOT)));
    }
    boolean isOurs = namespace.length == 1 && namespace[0].equalsIgnoreCase(NAMESPACE);
    return isOurs ? all.toArray(new Identifier[0]) : new Identifier[0];
  }

  @Override
  public String name() {
    return kind.name().toLowerCase(Locale.ROOT);
  }

  @Override
  public String description() {
    return kind.description;
  }

  @Override
  public BoundProcedure bind(StructType given) {
    return this;
  }

  @Override
  public boolean isDeterministic() {
    return false;
  }

  @Override
  public ProcedureParameter[] parameters() {
    ProcedureParameter table =
        ProcedureParameter.in("table", DataTypes.StringType).comment("database.table").build();
    return switch (kind) {
      case MERGE ->
          new ProcedureParameter[] {
            table,
            ProcedureParameter.in("final", DataTypes.BooleanType).defaultValue("false").build()
          };
      case GC ->
          new ProcedureParameter[] {
            ProcedureParameter.in("keep_hours", DataTypes.LongType).defaultValue("24").build(),
            ProcedureParameter.in("keep_versions", DataTypes.LongType).defaultValue("1000").build()
          };
      case ROLLBACK ->
          new ProcedureParameter[] {
            table, ProcedureParameter.in("version", DataTypes.LongType).build()
          };
    };
  }

  @Override
  public Iterator<Scan> call(InternalRow input) {
    JsonObject request =
        kind == Kind.GC ? ChStore.command(root, name()) : store(input).command(name());
    switch (kind) {
      case MERGE -> request.addProperty("final", input.getBoolean(1));
      case GC -> {
        request.addProperty("keep_ms", TimeUnit.HOURS.toMillis(count(input, 0)));
        request.addProperty("keep_versions", count(input, 1));
      }
      case ROLLBACK -> request.addProperty("version", count(input, 1));
    }
    long version = kind == Kind.ROLLBACK ? ChStore.runLatched(request) : ChStore.run(request);
    StructType schema = new StructType().add("version", DataTypes.LongType);
    InternalRow row = new GenericInternalRow(new Object[] {version});
    Scan result = new ChLocalRows(schema, name(), List.of(row));
    return List.of(result).iterator();
  }

  private long count(InternalRow input, int place) {
    if (input.isNullAt(place) || input.getLong(place) < 0) {
      throw new IllegalArgumentException(
          name() + ": " + parameters()[place].name() + " must be 0 or more");
    }
    return input.getLong(place);
  }

  private ChStore store(InternalRow input) {
    String table = input.isNullAt(0) ? "" : input.getUTF8String(0).toString();
    List<String> names = names(table);
    if (names.size() != 2) {
      throw new IllegalArgumentException(
          name() + ": a table is given as 'database.table', found '" + table + "'");
    }
    return new ChStore(root, names.get(0), names.get(1));
  }

  /** What dots outside backquotes separate; a backquote inside them is doubled. */
  static List<String> names(String text) {
    List<String> names = new ArrayList<>();
    StringBuilder name = new StringBuilder();
    boolean quoted = false;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '`' && quoted && i + 1 < text.length() && text.charAt(i + 1) == '`') {
        name.append(c);
        i++;
      } else if (c == '`') {
        quoted = !quoted;
      } else if (c == '.' && !quoted) {
        names.add(name.toString());
        name.setLength(0);
      } else {
        name.append(c);
      }
    }
    names.add(name.toString());
    return names;
  }
}
