import type { TaskFragment } from "./operations";

/** A moment of a video: 0:07, 12:30, 1:00:05. */
export function timecode(seconds: number): string {
  const pad = (value: number) => String(value).padStart(2, "0");
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60];
  return hours ? `${hours}:${pad(minutes)}:${pad(seconds % 60)}` : `${minutes}:${pad(seconds % 60)}`;
}

/** 1 234 with a thin space, as is read the same everywhere. */
export function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, "\u202f");
}

export function counted(count: number, noun: string): string {
  return `${grouped(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** A task's name: the platform gives none, so the beginning of its id. */
export function nameOf(task: TaskFragment): string {
  return task.taskId ? task.taskId.slice(0, 8) : "no id";
}

/** How the pictures of a task were taken, in words; empty where the platform did not say. */
export function howTaken({ parameters }: TaskFragment): string {
  if (!parameters) return "";
  const { type, time, dots, quantityTime } = parameters;
  switch (type) {
    case "TIME":
      return time == null ? "At an interval" : time === 0 ? "From the start" : `Every ${duration(time)}`;
    case "DOTS":
      return dots ? `At ${counted(dots.length, "chosen moment")}` : "At chosen moments";
    case "QUANTITY":
      if (quantityTime) return `Every ${duration(quantityTime)}`;
      return "Spread over the video";
    default:
      return "";
  }
}

/** The format of the pictures, in words. */
export function format({ parameters }: TaskFragment): string {
  const { format: file, aspectRatio, maxLength } = parameters ?? {};
  const shape = aspectRatio === "RATIO_16_9" ? "16:9" : "";
  return [file === "JPG" ? "JPG" : "", shape, maxLength == null ? "" : `${maxLength} px`].filter(Boolean).join(" · ");
}

function duration(seconds: number): string {
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3600)} h`;
}
