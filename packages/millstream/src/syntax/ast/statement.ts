import type { Span } from '../span.ts'
import type { CallNode, Identifier, NameNode, SqlExpression } from './expression.ts'
import type { Hint, Property, Query } from './query.ts'
import type { TypeNode } from './type.ts'

export type Statement =
  | QueryStatement
  | InsertStatement
  | CreateTableStatement
  | CreateViewStatement
  | CreateFunctionStatement
  | CreateObjectStatement
  | CreateMaterializedTableStatement
  | AlterTableStatement
  | AlterObjectStatement
  | DropStatement
  | StatementSet
  | BeginStatementSet
  | EndStatement
  | SetStatement
  | ResetStatement
  | ExplainStatement
  | ShowStatement
  | DescribeStatement
  | UseStatement
  | DeleteStatement
  | UpdateStatement
  | MergeStatement
  | CommandStatement
  | PlanStatement

export interface QueryStatement {
  readonly kind: 'query-statement'
  readonly query: Query
  readonly at: Span
}
export interface InsertStatement {
  readonly kind: 'insert'
  readonly mode: 'INSERT INTO' | 'INSERT OVERWRITE' | 'UPSERT INTO'
  readonly table: NameNode
  readonly hints: readonly Hint[]
  readonly partition: readonly { readonly column: Identifier; readonly value: SqlExpression | null }[]
  /** Null: not said. */
  readonly columns: readonly NameNode[] | null
  readonly source: Query
  readonly at: Span
}

export interface CreateTableStatement {
  readonly kind: 'create-table'
  readonly temporary: boolean
  /** REPLACE TABLE has no CREATE. */
  readonly replace: 'CREATE OR REPLACE' | 'REPLACE' | null
  readonly ifNotExists: boolean
  readonly name: NameNode
  readonly columns: readonly ColumnDefinition[]
  readonly watermark: WatermarkDefinition | null
  readonly constraints: readonly KeyConstraint[]
  readonly distribution: Distribution | null
  readonly partitionedBy: readonly Identifier[]
  readonly comment: string | null
  readonly options: readonly Property[]
  readonly like: LikeClause | null
  readonly query: Query | null
  readonly at: Span
}
export type ColumnDefinition =
  | {
      readonly kind: 'physical'
      readonly name: Identifier
      readonly type: TypeNode
      readonly comment: string | null
      readonly at: Span
    }
  | {
      readonly kind: 'computed'
      readonly name: Identifier
      readonly expression: SqlExpression
      /** The expression as it stands in the script. */
      readonly text: string
      readonly comment: string | null
      readonly at: Span
    }
  | {
      readonly kind: 'metadata'
      readonly name: Identifier
      readonly type: TypeNode
      /** METADATA FROM 'key'; null: the column's own name. */
      readonly key: string | null
      readonly virtual: boolean
      readonly comment: string | null
      readonly at: Span
    }
  /** CREATE TABLE t (a, b) AS SELECT: the type comes from the query. */
  | { readonly kind: 'named'; readonly name: Identifier; readonly at: Span }
export interface WatermarkDefinition {
  readonly column: NameNode
  readonly expression: SqlExpression
  readonly text: string
  readonly at: Span
}
export interface KeyConstraint {
  readonly kind: 'PRIMARY KEY' | 'UNIQUE'
  readonly name: Identifier | null
  readonly columns: readonly Identifier[]
  /** Null: not said. */
  readonly enforced: boolean | null
  readonly at: Span
}
export interface Distribution {
  /** Null: the connector's choice. */
  readonly by: 'HASH' | 'RANGE' | null
  readonly columns: readonly Identifier[]
  readonly buckets: number | null
  readonly at: Span
}
export interface LikeClause {
  readonly table: NameNode
  readonly options: readonly { readonly merge: 'INCLUDING' | 'EXCLUDING' | 'OVERWRITING'; readonly feature: string }[]
}
export interface CreateViewStatement {
  readonly kind: 'create-view'
  readonly temporary: boolean
  readonly replace: boolean
  readonly ifNotExists: boolean
  readonly name: NameNode
  readonly columns: readonly Identifier[]
  readonly comment: string | null
  readonly query: Query
  /** The query as it stands in the script. */
  readonly text: string
  readonly at: Span
}
export interface CreateFunctionStatement {
  readonly kind: 'create-function'
  readonly temporary: boolean
  readonly system: boolean
  readonly ifNotExists: boolean
  readonly name: NameNode
  readonly className: string
  readonly language: string | null
  readonly jars: readonly string[]
  readonly options: readonly Property[]
  readonly at: Span
}
export interface CreateObjectStatement {
  readonly kind: 'create-object'
  readonly object: 'CATALOG' | 'DATABASE' | 'MODEL'
  readonly temporary: boolean
  readonly replace: boolean
  readonly ifNotExists: boolean
  readonly name: NameNode
  readonly input: readonly ColumnDefinition[]
  readonly output: readonly ColumnDefinition[]
  readonly comment: string | null
  readonly options: readonly Property[]
  readonly query: Query | null
  readonly at: Span
}
export interface CreateMaterializedTableStatement {
  readonly kind: 'create-materialized-table'
  readonly name: NameNode
  readonly columns: readonly ColumnDefinition[]
  readonly watermark: WatermarkDefinition | null
  readonly constraints: readonly KeyConstraint[]
  readonly distribution: Distribution | null
  readonly partitionedBy: readonly Identifier[]
  readonly comment: string | null
  readonly options: readonly Property[]
  readonly freshness: SqlExpression | null
  readonly refreshMode: 'FULL' | 'CONTINUOUS' | null
  readonly query: Query
  readonly at: Span
}

export interface AlterTableStatement {
  readonly kind: 'alter-table'
  readonly object: 'TABLE' | 'MATERIALIZED TABLE'
  readonly ifExists: boolean
  readonly name: NameNode
  readonly action: AlterTableAction
  readonly at: Span
}
export type AlterTableAction =
  | { readonly kind: 'rename'; readonly to: NameNode }
  | { readonly kind: 'rename-column'; readonly column: NameNode; readonly to: Identifier }
  | { readonly kind: 'set-options'; readonly options: readonly Property[] }
  | { readonly kind: 'reset-options'; readonly keys: readonly string[] }
  | { readonly kind: 'add' | 'modify'; readonly elements: readonly AlterElement[] }
  | {
      readonly kind: 'drop'
      readonly what: 'COLUMNS' | 'PRIMARY KEY' | 'CONSTRAINT' | 'WATERMARK' | 'DISTRIBUTION'
      readonly names: readonly NameNode[]
    }
  | { readonly kind: 'add-partitions' | 'drop-partitions'; readonly ifExists: boolean; readonly partitions: readonly PartitionSpec[] }
  | { readonly kind: 'compact'; readonly partition: PartitionSpec | null }
  /** SUSPEND, RESUME, REFRESH, SET FRESHNESS, AS of a materialised table. */
  | { readonly kind: 'materialized'; readonly verb: string; readonly query: Query | null; readonly options: readonly Property[] }
export type AlterElement =
  | { readonly kind: 'column'; readonly column: ColumnDefinition; readonly position: 'FIRST' | { readonly after: NameNode } | null }
  | { readonly kind: 'watermark'; readonly watermark: WatermarkDefinition }
  | { readonly kind: 'constraint'; readonly constraint: KeyConstraint }
  | { readonly kind: 'distribution'; readonly distribution: Distribution }
export interface PartitionSpec {
  readonly values: readonly { readonly column: Identifier; readonly value: SqlExpression | null }[]
  readonly options: readonly Property[]
}
export interface AlterObjectStatement {
  readonly kind: 'alter-object'
  readonly object: 'VIEW' | 'CATALOG' | 'DATABASE' | 'FUNCTION' | 'MODEL'
  readonly temporary: boolean
  readonly ifExists: boolean
  readonly name: NameNode
  readonly renameTo: NameNode | null
  readonly query: Query | null
  readonly options: readonly Property[]
  readonly resetKeys: readonly string[]
  readonly comment: string | null
  readonly className: string | null
  readonly at: Span
}
export interface DropStatement {
  readonly kind: 'drop'
  readonly object: 'TABLE' | 'VIEW' | 'FUNCTION' | 'CATALOG' | 'DATABASE' | 'MODEL' | 'MATERIALIZED TABLE'
  readonly temporary: boolean
  readonly system: boolean
  readonly ifExists: boolean
  readonly name: NameNode
  readonly behaviour: 'CASCADE' | 'RESTRICT' | null
  readonly at: Span
}
/** `EXECUTE STATEMENT SET BEGIN ... END`, or BEGIN STATEMENT SET; ...; END; as the client writes it. */
export interface StatementSet {
  readonly kind: 'statement-set'
  readonly statements: readonly (InsertStatement | QueryStatement | CreateTableStatement)[]
  readonly at: Span
}
export interface BeginStatementSet {
  readonly kind: 'begin-statement-set'
  readonly at: Span
}
export interface EndStatement {
  readonly kind: 'end'
  readonly at: Span
}
/** SET 'key' = 'value'; SET alone asks for all. */
export interface SetStatement {
  readonly kind: 'set'
  readonly setting: Property | null
  readonly at: Span
}
export interface ResetStatement {
  readonly kind: 'reset'
  readonly key: string | null
  readonly at: Span
}
export interface ExplainStatement {
  readonly kind: 'explain'
  readonly details: readonly string[]
  readonly statement: Statement
  readonly at: Span
}
export interface ShowStatement {
  readonly kind: 'show'
  /** `TABLES`, `CREATE TABLE`, `FULL MODULES`, `CURRENT DATABASE`, `USER FUNCTIONS`, ... */
  readonly what: string
  readonly name: NameNode | null
  readonly from: NameNode | null
  readonly like: { readonly operator: 'LIKE' | 'ILIKE'; readonly pattern: string; readonly negated: boolean } | null
  readonly partition: PartitionSpec | null
  readonly at: Span
}
export interface DescribeStatement {
  readonly kind: 'describe'
  readonly object: string
  readonly extended: boolean
  readonly name: NameNode | null
  readonly statement: Statement | null
  readonly at: Span
}
export interface UseStatement {
  readonly kind: 'use'
  readonly object: 'CATALOG' | 'DATABASE' | 'MODULES'
  readonly names: readonly NameNode[]
  readonly at: Span
}
export interface DeleteStatement {
  readonly kind: 'delete'
  readonly table: NameNode
  readonly alias: Identifier | null
  readonly where: SqlExpression | null
  readonly at: Span
}
export interface UpdateStatement {
  readonly kind: 'update'
  readonly table: NameNode
  readonly alias: Identifier | null
  readonly assignments: readonly { readonly column: NameNode; readonly value: SqlExpression }[]
  readonly where: SqlExpression | null
  readonly at: Span
}
export interface MergeStatement {
  readonly kind: 'merge'
  readonly table: NameNode
  readonly at: Span
}
/** CALL, ANALYZE TABLE, TRUNCATE TABLE, LOAD MODULE, ADD JAR, STOP JOB: one command with its words. */
export interface CommandStatement {
  readonly kind: 'command'
  readonly command: string
  readonly name: NameNode | null
  readonly call: CallNode | null
  readonly texts: readonly string[]
  readonly options: readonly Property[]
  readonly at: Span
}
/** COMPILE PLAN 'file' FOR ..., EXECUTE PLAN 'file', COMPILE AND EXECUTE PLAN. */
export interface PlanStatement {
  readonly kind: 'plan'
  readonly command: 'COMPILE' | 'EXECUTE' | 'COMPILE AND EXECUTE'
  readonly path: string
  readonly ifNotExists: boolean
  readonly statement: Statement | null
  readonly at: Span
}
