import Glibc
package import WarderModel

/// Users and groups of this machine, by name or number.
package enum Accounts {
    /// The user who runs this command.
    package static var ownUID: UInt32 { geteuid() }

    /// A user id from `1001` or `mcp-github`.
    package static func uid(_ text: String) throws(CommandFailure) -> UInt32 {
        if let number = UInt32(text), number != .max { return number }
        guard let uid = lookUpUser(text) else {
            throw .usage("there is no user of this name on this machine", hints: ["Look: getent passwd NAME"])
        }
        return uid
    }

    /// A group id from `1001` or `mcp`.
    package static func gid(_ text: String) throws(CommandFailure) -> UInt32 {
        if let number = UInt32(text), number != .max { return number }
        guard let gid = lookUpGroup(text) else {
            throw .usage("there is no group of this name on this machine", hints: ["Look: getent group NAME"])
        }
        return gid
    }

    /// The login name as an operator's name; `nil` where the user has none.
    package static var ownOperatorName: OperatorName? {
        unsafe withRoom { room, count in
            var entry = unsafe passwd()
            var found: UnsafeMutablePointer<passwd>?
            guard unsafe getpwuid_r(ownUID, &entry, room, count, &found) == 0, unsafe found != nil,
                let name = unsafe entry.pw_name
            else { return nil }
            return operatorName(from: unsafe String(cString: name))
        }
    }

    /// Turns a login name into what the log accepts: lower case, `-` for every other character.
    package static func operatorName(from login: String) -> OperatorName? {
        var text = String(
            login.lowercased().unicodeScalars.prefix(62).map { scalar in
                let isFine = "abcdefghijklmnopqrstuvwxyz0123456789._-".unicodeScalars.contains(scalar)
                return isFine ? Character(scalar) : "-"
            }
        )
        if let first = text.unicodeScalars.first, !("a"..."z").contains(first), first != "_" { text = "_" + text }
        return try? OperatorName(text)
    }

    /// The group's name; its number where it has none.
    package static func groupName(_ gid: UInt32) -> String {
        unsafe withRoom { room, count in
            var entry = unsafe group()
            var found: UnsafeMutablePointer<group>?
            guard unsafe getgrgid_r(gid, &entry, room, count, &found) == 0, unsafe found != nil,
                let name = unsafe entry.gr_name
            else { return nil }
            return unsafe String(cString: name)
        } ?? String(gid)
    }

    /// Whether this process is in the group; a membership that was added since login does not count yet.
    package static func isMember(of gid: UInt32) -> Bool {
        if getegid() == gid { return true }
        var groups = [gid_t](repeating: 0, count: 1024)
        let count = unsafe getgroups(Int32(groups.count), &groups)
        return count > 0 && groups.prefix(Int(count)).contains(gid)
    }

    private static func lookUpUser(_ name: String) -> UInt32? {
        unsafe withRoom { room, count in
            var entry = unsafe passwd()
            var found: UnsafeMutablePointer<passwd>?
            let result = unsafe getpwnam_r(name, &entry, room, count, &found)
            return unsafe result == 0 && found != nil ? entry.pw_uid : nil
        }
    }

    private static func lookUpGroup(_ name: String) -> UInt32? {
        unsafe withRoom { room, count in
            var entry = unsafe group()
            var found: UnsafeMutablePointer<group>?
            let result = unsafe getgrnam_r(name, &entry, room, count, &found)
            return unsafe result == 0 && found != nil ? entry.gr_gid : nil
        }
    }

    /// Entries of a directory service can be long; groups with thousands of members are.
    private static func withRoom<Value>(_ body: (UnsafeMutablePointer<CChar>, Int) -> Value?) -> Value? {
        let count = 1 << 20
        let room = UnsafeMutablePointer<CChar>.allocate(capacity: count)
        defer { unsafe room.deallocate() }
        return unsafe body(room, count)
    }
}
