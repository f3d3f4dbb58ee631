import WarderCore
import WarderModel

/// Where the file has what the engine goes by before it comes to a record: the record's id and kind stand in the clear.
struct RecordPlace {
    /// Bytes of a cell before its id: lengths, number and types.
    static let header = 14

    /// Where the id begins.
    let id: Int

    init?(_ row: RecordRow, in file: [UInt8]) {
        guard let id = row.id, let kind = row.kind, let found = file.firstRange(of: id.bytes + Array(kind.utf8)) else {
            return nil
        }
        self.id = found.lowerBound
    }

    /// Where ids begin of kinds that there are few of, and that restrict.
    static func all(in file: [UInt8]) -> [Int] {
        [RecordKind.origin, .approvalRule].flatMap { kind in
            file.ranges(of: Array(kind.rawValue.utf8)).map { $0.lowerBound - 16 }
        }.filter { $0 >= FileDamage.pageBytes + header && $0 + 16 <= file.count }
    }

    private var page: Int { id / FileDamage.pageBytes * FileDamage.pageBytes }

    /// The page's count of cells, and the pointer to this one: two bytes each.
    func counters(in file: [UInt8]) -> [Int] {
        func word(_ place: Int) -> Int { Int(file[place]) << 8 | Int(file[place + 1]) }
        let pointers = (0..<word(page + 3)).map { page + 8 + 2 * $0 }
        let own = pointers.filter { page + word($0) < id }.max { word($0) < word($1) }
        return [page + 3, own].compactMap(\.self)
    }
}
