package io.chspark;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.catalyst.analysis.NoSuchNamespaceException;
import org.apache.spark.sql.catalyst.analysis.NoSuchTableException;
import org.apache.spark.sql.connector.catalog.Identifier;
import org.apache.spark.sql.connector.catalog.NamespaceChange;
import org.apache.spark.sql.connector.catalog.SupportsNamespaces;
import org.apache.spark.sql.connector.catalog.Table;
import org.apache.spark.sql.connector.catalog.TableCatalog;
import org.apache.spark.sql.connector.catalog.TableChange;
import org.apache.spark.sql.connector.expressions.Transform;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;

/**
 * The databases and tables below a root folder: {@code
 * spark.sql.catalog.<name>=io.chspark.ChCatalog}, {@code spark.sql.catalog.<name>.path=<root>}.
 * Namespaces have one level, the database. Read-only.
 */
public final class ChCatalog implements TableCatalog, SupportsNamespaces {
  private String name;
  private String root;

  @Override
  public void initialize(String catalogName, CaseInsensitiveStringMap options) {
    name = catalogName;
    String path = options.get("path");
    if (path == null) {
      throw new IllegalArgumentException(
          "set spark.sql.catalog." + catalogName + ".path to the root folder");
    }
    String latch = options.getOrDefault("latch", "embedded");
    if (!latch.equals("embedded")) {
      throw new IllegalArgumentException(
          "spark.sql.catalog." + catalogName + ".latch must be 'embedded', found '" + latch + "'");
    }
    root = ChPath.local(path);
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String[][] listNamespaces() {
    List<String[]> namespaces = new ArrayList<>();
    for (String database : list(root, "databases")) {
      namespaces.add(new String[] {database});
    }
    return namespaces.toArray(new String[0][]);
  }

  @Override
  public String[][] listNamespaces(String[] namespace) throws NoSuchNamespaceException {
    if (namespace.length == 0) {
      return listNamespaces();
    }
    loadNamespaceMetadata(namespace);
    return new String[0][];
  }

  @Override
  public boolean namespaceExists(String[] namespace) {
    return namespace.length == 1 && list(root, "databases").contains(namespace[0]);
  }

  @Override
  public Map<String, String> loadNamespaceMetadata(String[] namespace)
      throws NoSuchNamespaceException {
    if (!namespaceExists(namespace)) {
      throw new NoSuchNamespaceException(namespace);
    }
    return Map.of("location", ChPath.below(root, namespace[0]));
  }

  @Override
  public Identifier[] listTables(String[] namespace) throws NoSuchNamespaceException {
    String folder = loadNamespaceMetadata(namespace).get("location");
    List<Identifier> tables = new ArrayList<>();
    for (String table : list(folder, "tables")) {
      tables.add(Identifier.of(namespace, table));
    }
    return tables.toArray(new Identifier[0]);
  }

  @Override
  public Table loadTable(Identifier identifier) throws NoSuchTableException {
    if (identifier.namespace().length != 1 || identifier.name().isEmpty()) {
      throw new NoSuchTableException(identifier);
    }
    String database = identifier.namespace()[0];
    String path = ChPath.below(ChPath.below(root, database), identifier.name());
    try {
      ChTableInfo info = ChTableInfo.load(path, sessionBytes());
      return new ChTable(name + "." + database + "." + identifier.name(), info);
    } catch (ChException e) {
      if (e.code() != ChException.NOT_FOUND || isListed(identifier)) {
        throw e;
      }
      NoSuchTableException none = new NoSuchTableException(identifier);
      none.addSuppressed(e);
      throw none;
    }
  }

  /** Whether there is such a table, though a file of it may be missing. */
  private boolean isListed(Identifier identifier) {
    try {
      String folder = ChPath.below(root, identifier.namespace()[0]);
      return list(folder, "tables").contains(identifier.name());
    } catch (ChException e) {
      if (e.code() == ChException.NOT_FOUND) {
        return false;
      }
      throw e;
    }
  }

  private static long sessionBytes() {
    return new ChReadConf(CaseInsensitiveStringMap.empty()).memoryBytes;
  }

  private static List<String> list(String path, String kind) {
    String text;
    try (ChSession session = ChSession.use(sessionBytes())) {
      text = ChNative.list(session.handle(), path);
    }
    JsonArray found = JsonParser.parseString(text).getAsJsonObject().getAsJsonArray(kind);
    List<String> names = new ArrayList<>();
    if (found != null) {
      for (JsonElement one : found) {
        names.add(one.getAsString());
      }
    }
    return names;
  }

  private UnsupportedOperationException readOnly(String what) {
    return new UnsupportedOperationException(
        "catalog '" + name + "' only reads: it cannot " + what + "; do that in ClickHouse");
  }

  /** The only form of it that Spark 3.5 knows, and the one that the others lead to. */
  @Override
  @SuppressWarnings("deprecation")
  public Table createTable(
      Identifier identifier,
      StructType schema,
      Transform[] partitions,
      Map<String, String> properties) {
    throw readOnly("create table " + identifier);
  }

  @Override
  public Table alterTable(Identifier identifier, TableChange... changes) {
    throw readOnly("alter table " + identifier);
  }

  @Override
  public boolean dropTable(Identifier identifier) {
    throw readOnly("drop table " + identifier);
  }

  @Override
  public void renameTable(Identifier from, Identifier to) {
    throw readOnly("rename table " + from + " to " + to);
  }

  @Override
  public void createNamespace(String[] namespace, Map<String, String> metadata) {
    throw readOnly("create database " + String.join(".", namespace));
  }

  @Override
  public void alterNamespace(String[] namespace, NamespaceChange... changes) {
    throw readOnly("alter database " + String.join(".", namespace));
  }

  @Override
  public boolean dropNamespace(String[] namespace, boolean cascade) {
    throw readOnly("drop database " + String.join(".", namespace));
  }
}
