import GRDB
import WarderCore

extension StoreError {
    /// Sorts the engine's errors by what helps: another time, another database, or another request.
    init(_ error: any Error) {
        switch error {
        case let error as StoreError: self = error
        case let error as DatabaseError: self.init(error.extendedResultCode)
        case is RowDecodingError: self = .corrupt
        default: self = .unavailable(code: ResultCode.SQLITE_ERROR.rawValue)
        }
    }

    init(_ code: ResultCode) {
        switch code.primaryResultCode {
        case .SQLITE_CONSTRAINT, .SQLITE_MISMATCH, .SQLITE_TOOBIG, .SQLITE_RANGE: self = .rejected(code: code.rawValue)
        case .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_FORMAT: self = .damaged(code: code.rawValue)
        default: self = .unavailable(code: code.rawValue)
        }
    }

    /// A row that the schema does not allow.
    static var corrupt: StoreError { .damaged(code: ResultCode.SQLITE_CORRUPT.rawValue) }
    /// A change that no row can hold.
    static var outOfRange: StoreError { .rejected(code: ResultCode.SQLITE_RANGE.rawValue) }
}

/// Runs what may fail in the engine, and says so in the port's words.
func storing<Result>(_ body: () throws -> Result) throws(StoreError) -> Result {
    do { return try body() } catch { throw StoreError(error) }
}
