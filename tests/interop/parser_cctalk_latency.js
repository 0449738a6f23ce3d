// How long the npm package @serialport/parser-cctalk takes for each answer: frames from standard
// input, one after another, whole or byte by byte; from the first byte given to the frame out.
const [, , path, rounds, shape] = process.argv
const { CCTalkParser } = require(path)
const parser = new CCTalkParser(50)
const chunks = []
process.stdin.on('data', (chunk) => chunks.push(chunk))
process.stdin.on('end', async () => {
  const all = Buffer.concat(chunks)
  const answers = []
  for (let at = 0; at < all.length; at += 5 + all[at + 1]) answers.push(all.subarray(at, at + 5 + all[at + 1]))
  let out
  parser.on('data', (frame) => out(frame))
  const times = []
  for (let round = 0; round < Number(rounds) + 5; round += 1) {
    for (const answer of answers) {
      const size = shape === 'bytes' ? 1 : answer.length
      const frame = new Promise((resolve) => {
        out = (found) => resolve([process.hrtime.bigint(), found])
      })
      const began = process.hrtime.bigint()
      for (let at = 0; at < answer.length; at += size) parser.write(answer.subarray(at, at + size))
      const [done, found] = await frame
      if (!answer.equals(found)) throw new Error('another frame came out')
      if (round >= 5) times.push(Number(done - began) / 1000)
    }
  }
  times.sort((a, b) => a - b)
  const at = (share) => times[Math.min(times.length - 1, Math.floor(times.length * share))]
  process.stdout.write(JSON.stringify({ answers: times.length, p50_us: at(0.5), p99_us: at(0.99) }))
})
