import Foundation
import Testing
import WarderLinux

@Suite("Clocks of the kernel")
struct KernelClockTests {
    @Test("time since boot runs forward, and is at least the time awake")
    func order() {
        let awake = KernelClock.monotonic()
        let sinceBoot = KernelClock.boottime()
        #expect(sinceBoot >= awake)
        #expect(KernelClock.monotonic() >= awake)
        #expect(KernelClock.boottime() >= sinceBoot)
    }

    @Test("time since boot is what /proc/uptime says")
    func uptime() throws {
        let before = KernelClock.boottime()
        let text = try String(contentsOfFile: "/proc/uptime", encoding: .utf8)
        let seconds = try #require(text.split(separator: " ").first.flatMap { Double($0) })
        // Hundredths of a second, cut off.
        #expect(.seconds(seconds) >= before - .milliseconds(10))
        #expect(.seconds(seconds) <= KernelClock.boottime())
    }

    @Test("the boot has a name, and keeps it")
    func bootIdentity() throws {
        let text = try String(contentsOfFile: "/proc/sys/kernel/random/boot_id", encoding: .utf8)
        #expect(BootIdentity.current() == String(text.dropLast()))
        #expect(BootIdentity.current()?.count == 36)
    }
}
