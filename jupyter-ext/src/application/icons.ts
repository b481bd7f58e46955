import { LabIcon } from "@jupyterlab/ui-components";

/** An outlined gland with its lumen: what the tutorial teaches a network to find. */
export const histobookIcon = new LabIcon({
  name: "jupyterlab-histobook:histobook",
  svgstr: `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" width="16">
  <path class="jp-icon3" fill="#616161" fill-rule="evenodd" d="M12 3c3 0 4.2 1.2 6 2.4 2 1.3 3 3.6 3 6.3 0 3.3-1.3 5.4-3.300 6.900-1.700 1.300-3.200 2.400-5.700 2.400-2.700 0-4.300-1-6-2.300C4.200 17.300 3 15.200 3 12s1-5 2.800-6.500C7.500 4.100 9.300 3 12 3zm0 5.200c-2.300 0-4 1.600-4 3.800s1.700 3.800 4 3.800 4-1.600 4-3.800-1.700-3.800-4-3.800z"/>
</svg>`,
});
