import FoundationEssentials
import GRDB
import Glibc

/// Copies that were made before migrations, and lie beside a database until somebody removes them.
package enum CopiesBeforeMigrations {
    /// What their paths begin with.
    static func prefix(of database: String) -> String { database + ".before-schema-" }

    static func directory(of database: String) -> String {
        let directory = database.prefix(upTo: database.lastIndex(of: "/") ?? database.startIndex)
        return directory.isEmpty ? "/" : String(directory)
    }

    /// Their paths, newest first. `database` is the path of the one that they are copies of.
    package static func list(of database: String) -> [String] {
        let directory = directory(of: database)
        let prefix = prefix(of: database)
        let names = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        let found = names.compactMap { name -> (path: String, changed: Int)? in
            let path = directory == "/" ? "/" + name : directory + "/" + name
            var status = stat()
            guard path.hasPrefix(prefix), path.dropFirst(prefix.count).allSatisfy({ $0.isNumber || $0 == "." }),
                unsafe lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG
            else { return nil }
            return (path, status.st_mtim.tv_sec)
        }
        return found.sorted { ($0.changed, $0.path) > ($1.changed, $1.path) }.map(\.path)
    }

    /// The newest that a version can open which knows schemas up to this one.
    static func newest(of database: String, known: Int) -> String? {
        list(of: database).first { path in
            let schema = try? Connection.open(path, as: .reader).inDatabase(Schema.identify)
            return (1...known).contains(schema ?? 0)
        }
    }
}
