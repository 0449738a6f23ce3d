// Frames from standard input through the npm package @serialport/parser-cctalk, one line of
// hexadecimal a frame; with a second argument only their number and the time they took.
const path = process.argv[2]
const count = process.argv[3]
const { CCTalkParser } = require(path)
const parser = new CCTalkParser(1e9)
const chunks = []
process.stdin.on('data', (chunk) => chunks.push(chunk))
process.stdin.on('end', () => {
  const all = Buffer.concat(chunks)
  let frames = 0
  parser.on('data', (frame) => {
    frames += 1
    if (!count) process.stdout.write(Buffer.from(frame).toString('hex') + '\n')
  })
  parser.on('finish', () => {
    if (count) {
      const spent = process.cpuUsage(before)
      process.stdout.write(JSON.stringify({ frames, cpu_s: (spent.user + spent.system) / 1e6 }) + '\n')
    }
  })
  const before = process.cpuUsage()
  for (let at = 0; at < all.length; at += 4096) parser.write(all.subarray(at, at + 4096))
  parser.end()
})
