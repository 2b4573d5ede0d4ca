package org.apache.spark.sql.connector.catalog;

import org.apache.spark.sql.connector.catalog.procedures.UnboundProcedure;

/**
 * Stands in for Spark 4's interface of this name on Spark 3.5, which has none, so that one class
 * can be the catalog of both: a class loads only where its interfaces do. Spark's own class loader
 * is asked first, so where Spark has the interface this one is never seen; docs/decisions/0012.
 */
public interface ProcedureCatalog extends CatalogPlugin {
  /** The procedure of that name. */
  UnboundProcedure loadProcedure(Identifier identifier);

  /** All procedures of a namespace. */
  Identifier[] listProcedures(String[] namespace);
}
