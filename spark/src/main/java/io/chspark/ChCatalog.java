package io.chspark;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.spark.sql.catalyst.analysis.NamespaceAlreadyExistsException;
import org.apache.spark.sql.catalyst.analysis.NoSuchNamespaceException;
import org.apache.spark.sql.catalyst.analysis.NoSuchTableException;
import org.apache.spark.sql.catalyst.analysis.NonEmptyNamespaceException;
import org.apache.spark.sql.catalyst.analysis.TableAlreadyExistsException;
import org.apache.spark.sql.connector.catalog.Identifier;
import org.apache.spark.sql.connector.catalog.NamespaceChange;
import org.apache.spark.sql.connector.catalog.ProcedureCatalog;
import org.apache.spark.sql.connector.catalog.StagedTable;
import org.apache.spark.sql.connector.catalog.StagingTableCatalog;
import org.apache.spark.sql.connector.catalog.SupportsNamespaces;
import org.apache.spark.sql.connector.catalog.Table;
import org.apache.spark.sql.connector.catalog.TableChange;
import org.apache.spark.sql.connector.catalog.procedures.UnboundProcedure;
import org.apache.spark.sql.connector.expressions.Transform;
import org.apache.spark.sql.types.StructType;
import org.apache.spark.sql.util.CaseInsensitiveStringMap;

/**
 * The databases and tables below a root folder: {@code
 * spark.sql.catalog.<name>=io.chspark.ChCatalog}, {@code spark.sql.catalog.<name>.path=<root>}.
 * Namespaces have one level, the database. A root that is a store is written, too; a plain
 * ClickHouse folder is only read.
 */
public final class ChCatalog implements StagingTableCatalog, SupportsNamespaces, ProcedureCatalog {
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
    root = ChPath.local(path);
    ChLatch.expect(root, options.getOrDefault("latch", ChLatch.EMBEDDED));
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
    try {
      return namespace.length == 1 && list(root, "databases").contains(namespace[0]);
    } catch (ChException e) {
      if (e.code() == ChException.NOT_FOUND) {
        return false;
      }
      throw e;
    }
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
    return load(identifier, null);
  }

  /** VERSION AS OF. */
  @Override
  public Table loadTable(Identifier identifier, String version) throws NoSuchTableException {
    return load(identifier, ChReadPoint.ofVersion(version));
  }

  /** TIMESTAMP AS OF, in microseconds. */
  @Override
  public Table loadTable(Identifier identifier, long timestamp) throws NoSuchTableException {
    return load(identifier, ChReadPoint.ofMicros(timestamp));
  }

  /** The table, or its history where two namespaces, database and table, stand before the name. */
  private Table load(Identifier identifier, ChReadPoint point) throws NoSuchTableException {
    String[] namespace = identifier.namespace();
    ChHistoryTable.Kind kind = ChHistoryTable.kind(identifier);
    String full = name + "." + String.join(".", namespace) + "." + identifier.name();
    if (kind != null) {
      Identifier of = Identifier.of(new String[] {namespace[0]}, namespace[1]);
      return new ChHistoryTable(full, loadInfo(of, point), kind);
    }
    return new ChTable(full, loadInfo(identifier, point));
  }

  private ChTableInfo loadInfo(Identifier identifier, ChReadPoint point)
      throws NoSuchTableException {
    if (identifier.namespace().length != 1 || identifier.name().isEmpty()) {
      throw new NoSuchTableException(identifier);
    }
    try {
      return ChTableInfo.load(path(identifier), point, sessionBytes());
    } catch (ChException e) {
      if (e.code() != ChException.NOT_FOUND || point != null || isListed(identifier)) {
        throw e;
      }
      NoSuchTableException none = new NoSuchTableException(identifier);
      none.addSuppressed(e);
      throw none;
    }
  }

  private String path(Identifier identifier) {
    return ChPath.below(ChPath.below(root, identifier.namespace()[0]), identifier.name());
  }

  /** Whether there is such a table, though a file of it may be missing. */
  private boolean isListed(Identifier identifier) {
    if (identifier.namespace().length != 1) {
      return false;
    }
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
    return ChReadConf.ofSession().memoryBytes;
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

  /** Of Spark 4; Spark 3.5 neither asks for it nor has the types, so nothing here may need them. */
  @Override
  public UnboundProcedure loadProcedure(Identifier identifier) {
    return ChProcedure.of(root, identifier);
  }

  @Override
  public Identifier[] listProcedures(String[] namespace) {
    return ChProcedure.list(namespace);
  }

  /** The only form of it that Spark 3.5 knows, and the one that the others lead to. */
  @Override
  @SuppressWarnings("deprecation")
  public Table createTable(
      Identifier identifier,
      StructType schema,
      Transform[] partitions,
      Map<String, String> properties)
      throws TableAlreadyExistsException, NoSuchNamespaceException {
    stageCreate(identifier, schema, partitions, properties).commitStagedChanges();
    return loadExisting(identifier);
  }

  private Table loadExisting(Identifier identifier) {
    try {
      return loadTable(identifier);
    } catch (NoSuchTableException e) {
      throw new IllegalStateException(identifier + " is gone", e);
    }
  }

  private void checkNew(Identifier identifier)
      throws TableAlreadyExistsException, NoSuchNamespaceException {
    checkNamespace(identifier);
    if (isListed(identifier)) {
      throw new TableAlreadyExistsException(identifier);
    }
  }

  private void checkNamespace(Identifier identifier) throws NoSuchNamespaceException {
    if (!namespaceExists(identifier.namespace())) {
      throw new NoSuchNamespaceException(identifier.namespace());
    }
  }

  @Override
  @SuppressWarnings("deprecation")
  public StagedTable stageCreate(
      Identifier identifier,
      StructType schema,
      Transform[] partitions,
      Map<String, String> properties)
      throws TableAlreadyExistsException, NoSuchNamespaceException {
    checkNew(identifier);
    return stage(identifier, schema, partitions, properties, false);
  }

  @Override
  @SuppressWarnings("deprecation")
  public StagedTable stageReplace(
      Identifier identifier,
      StructType schema,
      Transform[] partitions,
      Map<String, String> properties)
      throws NoSuchNamespaceException, NoSuchTableException {
    checkNamespace(identifier);
    if (!isListed(identifier)) {
      throw new NoSuchTableException(identifier);
    }
    return stage(identifier, schema, partitions, properties, true);
  }

  @Override
  @SuppressWarnings("deprecation")
  public StagedTable stageCreateOrReplace(
      Identifier identifier,
      StructType schema,
      Transform[] partitions,
      Map<String, String> properties)
      throws NoSuchNamespaceException {
    checkNamespace(identifier);
    return stage(identifier, schema, partitions, properties, true);
  }

  private StagedTable stage(
      Identifier identifier,
      StructType schema,
      Transform[] partitions,
      Map<String, String> properties,
      boolean replaces) {
    ChDefinition definition = ChDefinition.of(identifier, schema, partitions, properties);
    String table = name + "." + identifier.namespace()[0] + "." + identifier.name();
    return new ChStagedTable(table, schema, definition, root, replaces);
  }

  private ChStore store(Identifier identifier) {
    return new ChStore(root, String.join(".", identifier.namespace()), identifier.name());
  }

  @Override
  public Table alterTable(Identifier identifier, TableChange... changes)
      throws NoSuchTableException {
    ChTableInfo info = loadInfo(identifier, null);
    JsonObject request = store(identifier).command("alter");
    request.add("changes", ChTableChanges.of(info, changes));
    ChStore.runLatched(request);
    return loadTable(identifier);
  }

  @Override
  public boolean dropTable(Identifier identifier) {
    if (!isListed(identifier)) {
      return false;
    }
    ChStore.runLatched(store(identifier).command("drop_table"));
    return true;
  }

  @Override
  public void renameTable(Identifier from, Identifier to)
      throws NoSuchTableException, TableAlreadyExistsException {
    if (!isListed(from)) {
      throw new NoSuchTableException(from);
    }
    // Spark leaves the namespace out where it is the old one.
    String database = (to.namespace().length == 0 ? from : to).namespace()[0];
    Identifier target = Identifier.of(new String[] {database}, to.name());
    if (isListed(target)) {
      throw new TableAlreadyExistsException(target);
    }
    JsonObject request = store(from).command("rename_table");
    request.addProperty("to_database", database);
    request.addProperty("to", to.name());
    ChStore.runLatched(request);
  }

  @Override
  public void createNamespace(String[] namespace, Map<String, String> metadata)
      throws NamespaceAlreadyExistsException {
    if (namespaceExists(namespace)) {
      throw new NamespaceAlreadyExistsException(namespace);
    }
    if (namespace.length != 1) {
      throw new UnsupportedOperationException(
          "catalog '" + name + "' has databases of one name: " + String.join(".", namespace));
    }
    for (String property : metadata.keySet()) {
      if (!property.equals(SupportsNamespaces.PROP_OWNER)) {
        throw new UnsupportedOperationException(
            "databases of catalog '" + name + "' have no " + property);
      }
    }
    JsonObject request = ChStore.command(root, "create_database");
    request.addProperty("database", namespace[0]);
    ChStore.run(request);
  }

  @Override
  public void alterNamespace(String[] namespace, NamespaceChange... changes) {
    throw new UnsupportedOperationException(
        "databases of catalog '" + name + "' have no properties that could be changed");
  }

  @Override
  public boolean dropNamespace(String[] namespace, boolean cascade)
      throws NoSuchNamespaceException, NonEmptyNamespaceException {
    if (!cascade && listTables(namespace).length > 0) {
      throw new NonEmptyNamespaceException(namespace);
    }
    loadNamespaceMetadata(namespace);
    JsonObject request = ChStore.command(root, "drop_database");
    request.addProperty("database", namespace[0]);
    request.addProperty("cascade", cascade);
    ChStore.runLatched(request);
    return true;
  }
}
