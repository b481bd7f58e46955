import type { DocumentRegistry } from "@jupyterlab/docregistry";
import { LabIcon } from "@jupyterlab/ui-components";

/** A file of the tutorial that has a viewer. */
export type ViewedType =
  "histobook-model" | "histobook-mean-image" | "histobook-prototxt" | "histobook-probability";

/** Three stacked planes: values that were learned or counted. */
const blobsIcon = new LabIcon({
  name: "jupyterlab-histobook:blobs",
  svgstr: `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" width="16">
  <path class="jp-icon3" fill="#616161" d="M12 3 3 7.500l9 4.500 9-4.500zM3 12l9 4.500 9-4.500v2L12 18.500 3 14zM3 16l9 4.500 9-4.500v2L12 22.500 3 18z"/>
</svg>`,
});

/** Boxes on a line: layers. */
const networkIcon = new LabIcon({
  name: "jupyterlab-histobook:network",
  svgstr: `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" width="16">
  <path class="jp-icon3" fill="#616161" d="M3 4h4v16H3zm6.500 3h3.500v10H9.500zM15.500 9.500h2.500v5h-2.500zM20 11h2v2h-2z"/>
</svg>`,
});

/** A frame that goes from empty to full. */
const probabilityIcon = new LabIcon({
  name: "jupyterlab-histobook:probability",
  svgstr: `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" width="16">
  <path class="jp-icon3" fill="#616161" fill-rule="evenodd" d="M3 3h18v18H3zm2 2v14h14V5z"/>
  <path class="jp-icon3" fill="#616161" d="M12 5h7v14h-7z"/>
</svg>`,
});

/** The MIME type by which editors know a prototxt. */
export const prototxtMimeType = "text/x-prototxt";

/** The tutorial's file types, as JupyterLab is told of them. */
export const fileTypes: readonly (Partial<DocumentRegistry.IFileType> & { name: ViewedType })[] = [
  {
    name: "histobook-model",
    displayName: "Caffe model",
    extensions: [".caffemodel"],
    fileFormat: "base64",
    contentType: "file",
    icon: blobsIcon,
  },
  {
    name: "histobook-mean-image",
    displayName: "Caffe mean image",
    extensions: [".binaryproto"],
    fileFormat: "base64",
    contentType: "file",
    icon: blobsIcon,
  },
  {
    name: "histobook-prototxt",
    displayName: "Caffe prototxt",
    extensions: [".prototxt"],
    mimeTypes: [prototxtMimeType],
    fileFormat: "text",
    contentType: "file",
    icon: networkIcon,
  },
  {
    name: "histobook-probability",
    displayName: "Probability map",
    // No ending: other pictures keep JupyterLab's own viewer.
    pattern: "^.*_prob\\.png$",
    mimeTypes: ["image/png"],
    fileFormat: "base64",
    contentType: "file",
    icon: probabilityIcon,
  },
];
